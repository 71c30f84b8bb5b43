"""Thinning keeps what the eye would see: each column's extremes, and the gaps."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from workbench.analysis.thinning import BLOCK, Extremes, thin

Floats = NDArray[np.float64]

maybe_gaps = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))
values = arrays(np.float64, st.integers(1, 200), elements=maybe_gaps)
ascending = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=200).map(
    lambda xs: np.array(sorted(xs))
)


def test_a_long_series_keeps_two_points_a_column() -> None:
    x, y = np.arange(10_000.0), np.random.default_rng(0).random(10_000)
    thin_x, thin_y = thin(x, y, 100)
    assert thin_x.size == 200
    for column in range(100):
        part = slice(column * 100, (column + 1) * 100)
        assert set(thin_y[2 * column : 2 * column + 2]) == {y[part].min(), y[part].max()}


def test_a_series_with_a_column_a_point_is_left_as_it_is() -> None:
    x, y = np.arange(5.0), np.array([3.0, 1.0, 2.0, 5.0, 4.0])
    thin_x, thin_y = thin(x, y, 100)
    np.testing.assert_array_equal(thin_x, x)
    np.testing.assert_array_equal(thin_y, y)


def test_a_gap_of_a_column_stays_a_gap() -> None:
    x, y = np.arange(100.0), np.ones(100)
    y[30:60] = np.nan
    thin_x, thin_y = thin(x, y, 10)
    assert np.isnan(thin_y[(thin_x >= 30) & (thin_x < 60)]).all()
    assert np.isnan(thin_y).any()


def test_a_gap_within_a_column_hides_no_extreme() -> None:
    y = np.array([np.nan, 5.0, np.nan, -5.0, np.nan])
    np.testing.assert_array_equal(thin(np.arange(5.0), y, 1)[1], [5.0, -5.0])


def test_columns_without_points_give_none() -> None:
    thin_x, _ = thin(np.array([0.0, 1000.0]), np.array([1.0, 2.0]), 50)
    np.testing.assert_array_equal(thin_x, [0.0, 1000.0])


def test_nothing_thins_to_nothing() -> None:
    assert thin(np.array([]), np.array([]), 10)[0].size == 0


@given(x=ascending, y=values, columns=st.integers(1, 50))
def test_points_are_few_real_ordered_and_extreme(x: Floats, y: Floats, columns: int) -> None:
    size = min(x.size, y.size)
    x, y = x[:size], y[:size]
    thin_x, thin_y = thin(x, y, columns)
    assert thin_x.size <= 2 * columns
    assert (np.diff(thin_x) >= 0).all()
    real = {(a, repr(b)) for a, b in zip(x, y, strict=True)}
    assert {(a, repr(b)) for a, b in zip(thin_x, thin_y, strict=True)} <= real
    if np.isfinite(y).any():
        assert np.nanmin(thin_y) == np.nanmin(y)
        assert np.nanmax(thin_y) == np.nanmax(y)
    else:
        assert np.isnan(thin_y).all()


# Extremes of a series that grows


@given(
    y=arrays(np.float64, st.integers(1, 500), elements=maybe_gaps),
    sizes=st.lists(st.integers(0, 500), max_size=4),
)
def test_extremes_are_the_same_however_a_series_grew(y: Floats, sizes: list[int]) -> None:
    extremes = Extremes()
    for size in sorted(sizes):
        extremes.extend(y[:size])
    rows = extremes.extend(y)
    np.testing.assert_array_equal(rows, Extremes().extend(y))
    assert (rows[0], rows[-1]) == (0, y.size - 1)
    assert (np.diff(rows) >= 0).all()
    if np.isfinite(y).any():
        assert np.nanmin(y[rows]) == np.nanmin(y)
        assert np.nanmax(y[rows]) == np.nanmax(y)


def test_each_block_keeps_its_lowest_and_its_highest() -> None:
    y = np.random.default_rng(0).random(10_000)
    kept = y[Extremes().extend(y)]
    assert kept.size < y.size / 20
    for start in range(0, y.size - BLOCK, BLOCK):
        block = y[start : start + BLOCK]
        assert {block.min(), block.max()} <= set(kept)


def test_only_finite_values_above_the_bound_are_extremes() -> None:
    y = np.ones(200)
    y[50:60] = [0.0, -1.0, np.inf, -np.inf, np.nan, 0.5, 3.0, 0.0, 0.0, 0.0]
    kept = y[Extremes(above=0.0).extend(y)]
    assert (kept.min(), kept.max()) == (0.5, 3.0)


def test_nothing_has_no_extremes() -> None:
    assert Extremes().extend(np.array([])).size == 0
