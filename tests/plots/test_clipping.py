"""A clipped curve is the curve, no more and no less, between the limits."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workbench.plots.clipping import clip_x, clip_y

Floats = NDArray[np.float64]
NAN = float("nan")

numbers = st.integers(-1000, 1000).map(lambda number: number / 8)
points = st.lists(
    st.tuples(numbers, st.one_of(numbers, st.just(NAN))), min_size=1, max_size=40
).map(lambda pairs: (np.array(sorted(x for x, _ in pairs)), np.array([y for _, y in pairs])))
limits = st.tuples(numbers, numbers).filter(lambda pair: pair[0] < pair[1])


def test_a_curve_reaches_the_edges_between_its_points() -> None:
    x, y = clip_x(np.array([0.0, 10.0]), np.array([0.0, 100.0]), 2.0, 5.0)
    assert (x.tolist(), y.tolist()) == ([2.0, 5.0], [20.0, 50.0])


def test_points_on_the_edges_are_kept_as_they_are() -> None:
    x, y = clip_x(np.arange(5.0), np.array([9.0, 1.0, 2.0, 3.0, 9.0]), 1.0, 3.0)
    assert (x.tolist(), y.tolist()) == ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])


def test_a_gap_beyond_an_edge_is_not_bridged() -> None:
    _, y = clip_x(np.arange(3.0), np.array([NAN, 1.0, 2.0]), 0.5, 2.0)
    np.testing.assert_array_equal(y, [NAN, 1.0, 2.0])


def test_a_peak_beyond_the_limit_is_cut_off_where_it_crosses() -> None:
    x, y = clip_y(np.arange(3.0), np.array([0.0, 4.0, 0.0]), 0.0, 2.0)
    np.testing.assert_array_equal(x, [0.0, 0.5, 1.0, 1.5, 2.0])
    np.testing.assert_array_equal(y, [0.0, 2.0, NAN, 2.0, 0.0])


def test_a_line_across_the_whole_range_keeps_its_middle() -> None:
    x, y = clip_y(np.array([0.0, 4.0]), np.array([-4.0, 4.0]), -2.0, 2.0)
    np.testing.assert_array_equal(x, [0.0, 1.0, 3.0, 4.0])
    np.testing.assert_array_equal(y, [NAN, -2.0, 2.0, NAN])


@given(curve=points, between=limits)
def test_nothing_outside_the_limits_is_left_and_all_inside_is(
    curve: tuple[Floats, Floats], between: tuple[float, float]
) -> None:
    low, high = between
    for clip, axis in ((clip_x, 0), (clip_y, 1)):
        clipped = clip(*curve, low, high)
        kept = clipped[axis][np.isfinite(clipped[axis])]
        assert ((kept >= low) & (kept <= high)).all()
        assert (np.diff(clipped[0]) >= 0).all()
        inside = (curve[axis] >= low) & (curve[axis] <= high) & np.isfinite(curve[1])
        found = set(zip(*(each.tolist() for each in clipped), strict=True))
        assert set(zip(*(each[inside].tolist() for each in curve), strict=True)) <= found


@given(between=limits, slope=numbers, height=numbers)
def test_a_straight_line_stays_on_its_course(
    between: tuple[float, float], slope: float, height: float
) -> None:
    x = np.linspace(-200.0, 200.0, 7)
    clipped_x, clipped_y = clip_x(x, slope * x + height, *between)
    np.testing.assert_allclose(clipped_y, slope * clipped_x + height, atol=1e-6)
    assert [clipped_x[0], clipped_x[-1]] == list(between)
