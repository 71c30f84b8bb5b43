"""The keys and the mouse on a run's curves."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from textual import events
from textual.pilot import Pilot

from tests.tui.recorded import empty_run, recorded_run, settle
from tests.tui.snapshots import text_of
from tests.tui.waiting import LIMIT_SECONDS, until
from tests.tui.wheel import turn_wheel
from workbench.plots.run_charts import Preparation
from workbench.store.runs import Run, RunStore
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.run import RunScreen
from workbench.tui.trainings import Trainings
from workbench.tui.widgets.chart import ChartView

SMALL, LARGE = (80, 24), (200, 60)
LOOK = Look()
both_sizes = pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)


@asynccontextmanager
async def opened(
    run: Run, size: tuple[int, int] = SMALL, look: Look = LOOK
) -> AsyncIterator[tuple[Pilot[Any], RunScreen]]:
    """The screen of a run whose record is read and whose curves are drawn."""
    root = run.path.parent
    app = WorkbenchApp(
        RunStore(root), Trainings(root), look=look, settings=root / "tui.toml", run=run
    )
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        screen = app.screen
        assert isinstance(screen, RunScreen)
        await until(pilot, lambda: screen.query_one("#loss", ChartView).has_chart)
        await pilot.pause()
        yield pilot, screen


def keys(screen: RunScreen) -> set[str]:
    """What can be done now."""
    return {each.binding.action for each in screen.active_bindings.values()}


def length(screen: RunScreen) -> float:
    """Of what is seen of the x axis; 0 for all of it."""
    low, high = screen.view.style.limits or (0.0, 0.0)
    return high - low


def written(root: Path, *records: dict[str, object], **status: Any) -> Run:
    """A finished run with this record."""
    run = empty_run(root)
    (run.path / "metrics").mkdir(exist_ok=True)
    lines = [orjson.dumps({"attempt": 1, **record}) for record in records]
    (run.path / "metrics" / "0001.jsonl").write_bytes(b"\n".join([*lines, b""]))
    settle(run, "finished", **status)
    return run


def steps(losses: list[float], **more: object) -> dict[str, object]:
    return {"event": "steps", "epoch": 0, "first_step": 0, "loss": losses, **more}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return recorded_run(tmp_path, "finished")


# How curves are drawn


@both_sizes
async def test_raw_values_come_and_go(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, _):
        assert "train/loss raw" in text_of(pilot.app)
        await pilot.press("v")
        assert "train/loss raw" not in text_of(pilot.app)
        await pilot.press("v")
        assert "train/loss raw" in text_of(pilot.app)


async def test_without_colours_or_smoothing_there_are_no_raw_values_to_ask_for(run: Run) -> None:
    async with opened(run, look=Look(color=False)) as (_, screen):
        assert "raw" not in keys(screen)
    async with opened(run) as (pilot, screen):
        assert "raw" in keys(screen)
        await pilot.press("s")
        assert screen.view.style.smoothing == 0
        assert "raw" not in keys(screen)


@both_sizes
async def test_the_loss_has_a_logarithmic_axis_when_asked(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, _):
        before = text_of(pilot.app)
        await pilot.press("g")
        assert text_of(pilot.app) != before
        await pilot.press("g")
        assert text_of(pilot.app) == before


@both_sizes
async def test_the_axis_goes_round_epochs_time_and_steps(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, _):
        seen = []
        for _ in range(4):
            drawn = text_of(pilot.app)
            seen.append([name for name in ("epoch", "time", "step") if f"─ {name}" in drawn])
            await pilot.press("a")
    assert seen == [["epoch"], ["time"], ["step"], ["epoch"]]


@both_sizes
async def test_smoothing_goes_up_and_down(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, screen):
        assert "smooth(-1)" not in keys(screen)
        await pilot.press("s", "s")
        assert "train/loss smoothed 0.5" in text_of(pilot.app)
        await pilot.press("S")
        assert "smoothed" not in text_of(pilot.app)
        await pilot.press(*["s"] * 9)
        assert "train/loss smoothed 0.999" in text_of(pilot.app)
        assert "smooth(1)" not in keys(screen)


# The cursor


@both_sizes
async def test_the_cursor_goes_by_columns_and_by_tens(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, screen):
        places = []
        for key in ("left", "left", "shift+left", "right", "shift+right", "shift+right"):
            await pilot.press(key)
            assert screen.view.cursor is not None
            places.append(screen.view.cursor)
        column = places[0] - places[1]
        assert places[0] == places[5] == 4  # the end of the curve
        assert places[1] - places[2] == pytest.approx(10 * column, rel=0.01)
        assert places[3] - places[2] == pytest.approx(column, rel=0.01)


async def test_of_a_live_run_the_cursor_stays_on_the_curve(tmp_path: Path) -> None:
    live = recorded_run(tmp_path, "running", epochs=3)
    async with opened(live) as (pilot, screen):
        await pilot.press("a", "a", "left", "L", "L")
        assert screen.view.style.x == "step"
        assert screen.view.cursor == 60
        assert "Loss at step 60 " in text_of(pilot.app)


@both_sizes
async def test_a_click_places_the_cursor_and_beyond_the_curve_at_its_end(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(recorded_run(tmp_path, "running", epochs=3), size) as (pilot, screen):
        view = screen.query_one("#loss", ChartView)
        assert view.canvas is not None
        await pilot.click(view, offset=(view.canvas.left + 20, view.canvas.top + 1))
        assert screen.view.cursor == view.canvas.x_at(20)
        await pilot.click(view, offset=(view.size.width - 1, view.canvas.top + 1))
        assert screen.view.cursor == 3


# The zoom


@both_sizes
async def test_zoom_in_zoom_out_and_the_whole(run: Run, size: tuple[int, int]) -> None:
    async with opened(run, size) as (pilot, screen):
        await pilot.press("plus")
        assert length(screen) == pytest.approx(2)
        await pilot.press("plus")
        assert length(screen) == pytest.approx(1)
        await pilot.press("minus")
        assert length(screen) == pytest.approx(2)
        await pilot.press("minus", "minus")
        assert screen.view.style.limits is None
        assert "unzoom" not in keys(screen)
        await pilot.press("plus", "0")
        assert screen.view.style.limits is None


@both_sizes
async def test_a_zoomed_part_is_moved_to_the_end_of_the_curve_and_no_further(
    run: Run, size: tuple[int, int]
) -> None:
    async with opened(run, size) as (pilot, screen):
        twice_across = size[0] // 5  # by tens of columns
        await pilot.press("plus", *["L"] * twice_across)
        assert screen.view.style.limits == pytest.approx((2, 4))
        assert {"cursor(1)", "zoom(2)", "axis", "smooth(1)"} <= keys(screen)
        await pilot.press(*["H"] * twice_across)
        assert screen.view.style.limits == pytest.approx((0, 2))


@both_sizes
async def test_the_wheel_zooms_around_the_place_under_the_mouse(
    run: Run, size: tuple[int, int]
) -> None:
    async with opened(run, size) as (pilot, screen):
        view = screen.query_one("#loss", ChartView)
        assert view.canvas is not None
        place = (view.canvas.left + view.canvas.columns // 4, view.canvas.top + 1)
        x = view.canvas.x_at(view.canvas.columns // 4)
        await turn_wheel(pilot, view, place, events.MouseScrollUp)
        await until(pilot, lambda: screen.view.style.limits)
        assert screen.view.style.limits == pytest.approx((0.2 * x, 0.2 * x + 3.2))
        await turn_wheel(pilot, view, place, events.MouseScrollDown)
        await until(pilot, lambda: screen.view.style.limits is None)


# Filters


async def test_the_keys_of_the_filters_are_there_where_these_are_seen(run: Run) -> None:
    async with opened(run) as (pilot, screen):
        assert not any(key.startswith("scrub") for key in keys(screen))
        await pilot.press("3")
        await until(pilot, lambda: "Filters after epoch 4 " in text_of(pilot.app))
        assert any(key.startswith("scrub") for key in keys(screen))


@pytest.mark.parametrize("first_keys", [["3"], []], ids=["small", "large"])
async def test_filters_go_by_epochs_and_to_both_ends(run: Run, first_keys: list[str]) -> None:
    async with opened(run, SMALL if first_keys else LARGE) as (pilot, _):
        await pilot.press(*first_keys)
        await until(pilot, lambda: "Filters after epoch 4 " in text_of(pilot.app))
        for key, epoch in [
            ("comma", 3),
            ("comma", 2),
            ("full_stop", 3),
            ("home", 1),
            ("comma", 1),
            ("end", 4),
            ("full_stop", 4),
        ]:
            await pilot.press(key)
            assert f"Filters after epoch {epoch} " in text_of(pilot.app)


# What cannot be drawn


async def test_without_times_the_axis_of_time_says_so_and_can_be_left(tmp_path: Path) -> None:
    run = written(tmp_path, steps([0.5, 0.4, 0.3], accuracy=[0.1, 0.2, 0.3]))
    async with opened(run) as (pilot, screen):
        await pilot.press("a")
        assert text_of(pilot.app).count("no times were recorded: a shows another axis") == 2
        assert "axis" in keys(screen)
        await pilot.press("a")
        assert "train/loss" in text_of(pilot.app)


async def test_losses_below_zero_leave_the_logarithmic_axis_by_the_same_key(tmp_path: Path) -> None:
    async with opened(written(tmp_path, steps([-0.5, -0.4, -0.3]))) as (pilot, _):
        await pilot.press("g")
        assert "g shows the linear one" in text_of(pilot.app)
        await pilot.press("g")
        assert "train/loss" in text_of(pilot.app)


async def test_a_zoom_into_a_gap_is_left_by_zooming_out(tmp_path: Path) -> None:
    losses = [1.0, *[None] * 98, 0.5]
    run = written(tmp_path, steps(losses))  # type: ignore[arg-type]
    async with opened(run) as (pilot, screen):
        await pilot.press("plus", "plus", "plus")
        assert "nothing within these limits" in text_of(pilot.app)
        assert {"zoom(2)", "unzoom", "axis"} <= keys(screen)
        assert "cursor(1)" not in keys(screen)
        await pilot.press("minus", "minus", "minus")
        assert "nothing within these limits" not in text_of(pilot.app)


# Long runs


async def test_while_a_long_run_is_prepared_keys_answer_and_the_last_wish_is_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses = np.linspace(2, 1, 40_000).tolist()
    run, gate, prepare = written(tmp_path, steps(losses)), threading.Event(), Preparation.run
    styles = []

    def held(self: Preparation) -> None:
        gate.wait(LIMIT_SECONDS)
        styles.append(self.curves["loss"].basis.weight)
        prepare(self)

    async with opened(run) as (pilot, screen):
        monkeypatch.setattr(Preparation, "run", held)
        await pilot.press("s", "s", "s", "g", "v")
        before = text_of(pilot.app)
        assert "smoothed 0.8" not in before
        await pilot.press("left")
        await until(pilot, lambda: "Loss at step" in text_of(pilot.app))
        gate.set()
        await pilot.press("escape")
        await until(pilot, lambda: "train/loss smoothed 0.8" in text_of(pilot.app))
        assert "raw" not in text_of(pilot.app)
        assert screen.view.style.log
    assert styles[-1] == 0.8
    assert len(styles) == 2
