"""The moving average equals its definition, and gaps leave no trace."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from workbench.analysis.smoothing import MovingAverage, smooth, suggested_weight

Floats = NDArray[np.float64]

finite = st.floats(-1e6, 1e6)
maybe_gaps = st.one_of(finite, st.sampled_from([float("nan"), float("inf"), float("-inf")]))
weights = st.one_of(st.just(0.0), st.floats(1e-6, 0.9999))


def by_definition(values: Floats, weight: float) -> list[float]:
    """The formula as it stands, one value after the other."""
    average, count, result = 0.0, 0, []
    for value in values:
        if not np.isfinite(value):
            result.append(np.nan)
            continue
        average, count = weight * average + (1 - weight) * value, count + 1
        result.append(average / (1 - weight**count))
    return result


@given(values=arrays(np.float64, st.integers(0, 300), elements=maybe_gaps), weight=weights)
def test_it_equals_the_definition(values: Floats, weight: float) -> None:
    np.testing.assert_allclose(
        smooth(values, weight), by_definition(values, weight), rtol=1e-9, atol=1e-6
    )


@given(value=finite, weight=weights, size=st.integers(1, 300))
def test_a_constant_stays_constant(value: float, weight: float, size: int) -> None:
    # Near the smallest double a product loses digits: there nothing is relative.
    smoothed = smooth(np.full(size, value), weight)
    np.testing.assert_allclose(smoothed, value, rtol=1e-9, atol=1e-300)


@given(values=arrays(np.float64, st.integers(1, 100), elements=finite), weight=weights)
def test_gaps_leave_no_trace(values: Floats, weight: float) -> None:
    gapped = np.insert(values, values.size // 2, [np.nan, np.inf])
    smoothed = smooth(gapped, weight)
    assert np.isnan(smoothed).sum() == 2
    np.testing.assert_array_equal(smoothed[~np.isnan(smoothed)], smooth(values, weight))


def test_a_weight_of_zero_changes_nothing() -> None:
    values = np.array([3.0, -1.0, 2.0])
    np.testing.assert_array_equal(smooth(values, 0.0), values)


def test_the_given_array_is_left_alone() -> None:
    values = np.array([1.0, 2.0])
    smooth(values, 0.5)
    np.testing.assert_array_equal(values, [1.0, 2.0])


@pytest.mark.parametrize("weight", [-0.1, 1.0, float("nan")])
def test_a_weight_outside_zero_to_one_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="smoothing weight"):
        smooth(np.array([1.0]), weight)


@given(count=st.integers(0, 10**8))
def test_the_suggested_weight_reaches_back_a_hundredth_at_most(count: int) -> None:
    weight = suggested_weight(count)
    assert 0.9 <= weight < 1
    assert 1 / (1 - weight) <= max(10, count / 100) * (1 + 1e-6)


def test_longer_series_are_smoothed_more() -> None:
    counts = (100, 10_000, 1_000_000)
    assert [suggested_weight(count) for count in counts] == [0.9, 0.99, 0.9999]


@given(
    values=arrays(np.float64, st.integers(0, 300), elements=maybe_gaps),
    cuts=st.lists(st.integers(0, 300), max_size=4),
    weight=weights,
)
def test_a_series_that_comes_in_parts_is_smoothed_as_a_whole(
    values: Floats, cuts: list[int], weight: float
) -> None:
    average = MovingAverage(weight)
    parts = [average.extend(part) for part in np.split(values, sorted(cuts))]
    np.testing.assert_allclose(
        np.concatenate(parts), by_definition(values, weight), rtol=1e-9, atol=1e-6
    )


def test_a_long_series_is_smoothed_by_its_definition_throughout() -> None:
    values = np.random.default_rng(0).random(50_000)
    np.testing.assert_allclose(smooth(values, 0.9995), by_definition(values, 0.9995), rtol=1e-9)
