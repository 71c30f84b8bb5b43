"""What part of the curves is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.style import CurveStyle
from workbench.tui.screens.run_view import SMOOTHINGS, CurveView


@dataclass
class Ruler:
    """A canvas of 11 columns from `low` on, one unit each."""

    low: float = 0.0
    columns: int = 11

    def x_at(self, column: int) -> float:
        return self.low + column

    def column_of(self, x: float) -> int:
        return round(x - self.low)


def test_smoothing_goes_up_and_down_a_ladder_and_stays_at_its_ends() -> None:
    view = CurveView()
    seen = []
    for _ in range(9):
        seen.append(view.style.smoothing)
        view = view.smoothed(1)
    assert seen == [*SMOOTHINGS, SMOOTHINGS[-1]]
    assert view.smoothed(-100).style.smoothing is None


def test_a_smoothing_between_two_rungs_goes_on_from_the_nearest() -> None:
    assert CurveView(CurveStyle(smoothing=0.88)).smoothed(1).style.smoothing == 0.95


def test_the_cursor_begins_at_the_last_column() -> None:
    assert CurveView().moved(-1, Ruler()).cursor == 10


@given(st.lists(st.integers(-12, 12), min_size=1, max_size=20))
def test_the_cursor_stays_on_the_canvas(moves: list[int]) -> None:
    view = CurveView()
    for move in moves:
        view = view.moved(move, Ruler())
    assert view.cursor is not None
    assert 0 <= view.cursor <= 10


def test_a_cursor_at_the_edge_of_a_zoomed_part_draws_it_along() -> None:
    view = CurveView(CurveStyle(limits=(20.0, 30.0)), cursor=30.0)
    moved = view.moved(2, Ruler(low=20))
    assert (moved.style.limits, moved.cursor) == ((22, 32), 32)


def test_the_zoomed_part_does_not_leave_the_start() -> None:
    view = CurveView(CurveStyle(limits=(1.0, 11.0)), cursor=1.0)
    moved = view.moved(-5, Ruler(low=1))
    assert (moved.style.limits, moved.cursor) == ((0, 10), 0)


@pytest.mark.parametrize(("cursor", "limits"), [(None, (2.5, 7.5)), (4.0, (2.0, 7.0))])
def test_zoom_keeps_the_place_of_the_cursor(
    cursor: float | None, limits: tuple[float, float]
) -> None:
    assert CurveView(cursor=cursor).zoomed(0.5, Ruler()).style.limits == limits


def test_another_axis_forgets_what_was_meant_in_the_first() -> None:
    view = CurveView(CurveStyle(x="epoch", limits=(1.0, 2.0), log=True), cursor=1.5)
    assert view.with_next_axis() == CurveView(CurveStyle(x="time", log=True))
