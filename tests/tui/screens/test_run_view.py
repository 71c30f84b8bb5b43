"""What part of the curves is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.style import CurveStyle
from workbench.tui.screens.run_view import SMOOTHINGS, CurveView, Reach, curve_style
from workbench.tui.settings import Settings


@dataclass
class Ruler:
    """A canvas of 11 columns from `low` on, one unit each."""

    low: float = 0.0
    columns: int = 11

    def x_at(self, column: int) -> float:
        return self.low + column

    def column_of(self, x: float) -> int:
        return round(x - self.low)


@dataclass
class Span:
    """A canvas of 11 columns over all of `low` to `high`."""

    low: float
    high: float
    columns: int = 11

    def x_at(self, column: int) -> float:
        return self.low + column / 10 * (self.high - self.low)

    def column_of(self, x: float) -> int:
        return round(10 * (x - self.low) / (self.high - self.low))


REACH = Reach((0, 10), (0, 10))


# The style


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


def test_settings_are_how_curves_were_last_wanted() -> None:
    kept = Settings(x_axis="time", log_loss=True, smoothing=0.5, raw=False)
    assert curve_style(kept) == CurveStyle("time", log=True, smoothing=0.5, raw=False)
    assert curve_style(Settings(smoothing=-1)).smoothing is None


# The cursor


def test_the_cursor_begins_at_the_last_point() -> None:
    assert CurveView().moved(-1, Ruler(), REACH).cursor == 10
    assert CurveView().moved(-1, Ruler(), Reach((0, 7.5), (0, 10))).cursor == 7.5


any_reach = st.tuples(st.floats(0, 5), st.floats(5, 10), st.floats(0, 10)).map(
    lambda ends: Reach((ends[0], ends[1]), (0, ends[1] + ends[2]))
)
any_turn = st.one_of(
    st.tuples(st.just("move"), st.integers(-12, 12)),
    st.tuples(st.just("zoom"), st.sampled_from([0.5, 2.0, 0.8, 1.25])),
    st.tuples(st.just("point"), st.floats(-5, 30)),
)


@given(any_reach, st.lists(any_turn, min_size=1, max_size=30))
def test_the_cursor_stays_on_the_curve_and_the_zoom_within_the_whole(
    reach: Reach, turns: list[tuple[str, float]]
) -> None:
    view = CurveView()
    for turn, amount in turns:
        view = turned(view, turn, amount, reach)
        low, high = view.style.limits or reach.whole
        assert view.cursor is None or reach.curve[0] <= view.cursor <= reach.curve[1]
        assert reach.whole[0] - 1e-9 <= low < high <= reach.whole[1] + 1e-9


@given(any_reach, st.lists(st.tuples(st.sampled_from(["move", "zoom"]), st.sampled_from([5, -5]))))
def test_some_of_the_curve_is_always_in_sight(reach: Reach, turns: list[tuple[str, int]]) -> None:
    view = CurveView()
    for turn, amount in turns:
        view = turned(view, turn, amount if turn == "move" else 2.0**amount, reach)
        low, high = view.style.limits or reach.whole
        assert low - 1e-9 <= reach.curve[1]
        assert reach.curve[0] <= high + 1e-9


def turned(view: CurveView, turn: str, amount: float, reach: Reach) -> CurveView:
    if turn == "zoom":
        return view.zoomed(amount, reach)
    if turn == "point":
        return view.pointed(amount, reach)
    return view.moved(int(amount), Span(*(view.style.limits or reach.whole)), reach)


def test_a_cursor_at_the_edge_of_a_zoomed_part_draws_it_along() -> None:
    view = CurveView(CurveStyle(limits=(20.0, 30.0)), cursor=30.0)
    moved = view.moved(2, Ruler(low=20), Reach((0, 99), (0, 99)))
    assert (moved.style.limits, moved.cursor) == ((22, 32), 32)


def test_the_zoomed_part_leaves_neither_the_start_nor_the_end() -> None:
    view = CurveView(CurveStyle(limits=(1.0, 11.0)), cursor=1.0)
    moved = view.moved(-5, Ruler(low=1), Reach((0, 12), (0, 12)))
    assert (moved.style.limits, moved.cursor) == ((0, 10), 0)
    moved = moved.moved(30, Ruler(), Reach((0, 12), (0, 12)))
    assert (moved.style.limits, moved.cursor) == ((2, 12), 12)


# The zoom


@pytest.mark.parametrize(("cursor", "limits"), [(None, (2.5, 7.5)), (4.0, (2.0, 7.0))])
def test_zoom_keeps_the_place_of_the_cursor(
    cursor: float | None, limits: tuple[float, float]
) -> None:
    assert CurveView(cursor=cursor).zoomed(0.5, REACH).style.limits == limits


@given(st.floats(0, 10), st.lists(st.sampled_from([0.5, 0.8]), max_size=12), st.floats(0.1, 0.9))
def test_zooming_out_of_a_zoom_gives_the_same_limits(
    cursor: float, before: list[float], factor: float
) -> None:
    view = CurveView(cursor=cursor)
    for each in before:
        view = view.zoomed(each, REACH)
    back = view.zoomed(factor, REACH).zoomed(1 / factor, REACH)
    assert back.style.limits == (view.style.limits and pytest.approx(view.style.limits))


def test_zooming_out_ends_with_the_whole() -> None:
    view = CurveView(CurveStyle(limits=(4.0, 9.0)), cursor=5.0)
    assert view.zoomed(1.6, REACH).style.limits == pytest.approx((2, 10))
    assert view.zoomed(2, REACH).style.limits is None
    assert CurveView().zoomed(2, REACH).style.limits is None


def test_another_axis_forgets_what_was_meant_in_the_first() -> None:
    view = CurveView(CurveStyle(x="epoch", limits=(1.0, 2.0), log=True), cursor=1.5)
    assert view.with_next_axis() == CurveView(CurveStyle(x="time", log=True))
