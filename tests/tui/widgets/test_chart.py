"""A chart with a cursor, and what the mouse does on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual import events

from tests.tui.snapshots import text_of
from tests.tui.wheel import turn_wheel
from tests.tui.widgets.alone import alone
from workbench.plots.chart import Axis, Chart, Line
from workbench.plots.text import Span
from workbench.tui.look import Look
from workbench.tui.widgets.chart import ChartView, crossed_out

STEPS = np.arange(101.0)
LINES = (
    Line("train/loss raw", STEPS, 2 - STEPS / 100, "cyan", faint=True),
    Line("train/loss smoothed 0.9", STEPS, 1 - STEPS / 200, "cyan"),
    Line("val/loss", np.array([50.0, 100.0]), np.array([0.5, 0.25]), "magenta"),
)
CHART = Chart("Loss", "step", LINES)


class Listened(ChartView):
    """Keeps what it is asked by the mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.pointed: list[float] = []
        self.turned: list[tuple[float, float]] = []

    def on_chart_view_pointed(self, event: ChartView.Pointed) -> None:
        self.pointed.append(event.x)

    def on_chart_view_zoomed(self, event: ChartView.Zoomed) -> None:
        self.turned.append((event.x, event.factor))


@pytest.mark.parametrize(
    ("look", "train", "evaluation"),
    [
        (Look(), "━━", "━━"),
        (Look(color=False), "━A━", "━B━"),
        (Look(unicode=False), "oo", "++"),
        (Look(color=False, unicode=False), "**", "oo"),
    ],
)
async def test_the_values_at_the_cursor_have_the_pens_of_the_legend(
    tmp_path: Path, look: Look, train: str, evaluation: str
) -> None:
    async with alone(view := ChartView(), tmp_path, (80, 14), look) as pilot:
        view.show(CHART, None)
        await pilot.pause()
        (legend, *_) = text_of(pilot.app).splitlines()
        view.point(100.0)
        await pilot.pause()
        (values, *_) = text_of(pilot.app).splitlines()
    assert f"{train} train/loss smoothed" in legend
    assert values == f"Loss at step 100   {train} train/loss 0.5   {evaluation} val/loss 0.25"
    assert f"{evaluation} val/loss" in legend


async def test_the_line_of_the_cursor_goes_and_leaves_the_chart_as_it_was(tmp_path: Path) -> None:
    async with alone(view := ChartView(), tmp_path, (80, 14)) as pilot:
        view.show(CHART, None)
        await pilot.pause()
        before = text_of(pilot.app)
        view.point(60.0)
        await pilot.pause()
        during = text_of(pilot.app)
        assert len(during.splitlines()) == len(before.splitlines())
        assert during != before
        view.point(None)
        await pilot.pause()
        assert text_of(pilot.app) == before


async def test_a_cursor_beyond_the_limits_is_not_shown(tmp_path: Path) -> None:
    zoomed = Chart("Loss", "step", LINES, x_axis=Axis(limits=(0, 50)))
    async with alone(view := ChartView(), tmp_path, (80, 14)) as pilot:
        view.show(zoomed, 80.0)
        await pilot.pause()
        assert "Loss at" not in text_of(pilot.app)


async def test_what_is_lacking_is_said_in_the_place_of_the_chart(tmp_path: Path) -> None:
    async with alone(view := ChartView(), tmp_path, (80, 14)) as pilot:
        view.show(CHART, None, "no times were recorded")
        await pilot.pause()
        assert "no times were recorded" in text_of(pilot.app)
        assert "train/loss" not in text_of(pilot.app)
        assert view.has_chart
        view.say("no steps yet")
        await pilot.pause()
        assert "no steps yet" in text_of(pilot.app)
        assert not view.has_chart


async def test_a_click_and_the_wheel_tell_the_place_under_the_mouse(tmp_path: Path) -> None:
    async with alone(view := Listened(), tmp_path, (80, 14)) as pilot:
        view.show(CHART, None)
        await pilot.pause()
        canvas = view.canvas
        assert canvas is not None
        place = (canvas.left + 20, 5)
        x = canvas.x_at(20)
        await pilot.click(view, offset=place)
        await pilot.click(view, offset=(0, 5))  # on the labels
        await turn_wheel(pilot, view, place, events.MouseScrollUp)
        await turn_wheel(pilot, view, place, events.MouseScrollDown)
        await pilot.pause()
    assert view.pointed == [x]
    assert view.turned == [(x, 0.8), (x, 1.25)]


def test_a_line_crosses_a_row_only_where_no_curve_is() -> None:
    row = (Span("ab ", "1"), Span("  c", "2"))
    assert crossed_out(row, 3, "|") == (Span("ab ", "1"), Span("|", "2"), Span(" c", "2"))
    assert crossed_out(row, 5, "|") == row
