"""A filter's tile is its mean over the channels, stretched over all greys."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import workbench

any_weights = arrays(
    np.float32,
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 4), st.integers(0, 4)),
    elements=st.floats(width=32),
)


def test_the_mean_over_the_channels_comes_before_the_stretching() -> None:
    weights = np.zeros((1, 2, 2, 2))
    weights[0, 0] = [[0, 4], [2, 0]]
    weights[0, 1] = [[0, 0], [2, 2]]  # stretched on its own it would weigh as much as the other
    np.testing.assert_array_equal(workbench.filter_tiles(weights), [[[0, 1], [1, 0.5]]])


def test_each_filter_is_stretched_by_itself() -> None:
    weights = np.array([[[[0.0, 1.0]]], [[[-5.0, 5.0]]]])
    np.testing.assert_array_equal(workbench.filter_tiles(weights), [[[0, 1]], [[0, 1]]])


@pytest.mark.parametrize(("spread", "brightest"), [(1e-5, 0.0), (1.1e-5, 1.0)])
def test_a_filter_that_hardly_varies_is_all_dark(spread: float, brightest: float) -> None:
    assert workbench.filter_tiles(np.array([[[[0.0, spread]]]])).max() == brightest


def test_weights_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(3, 3\)"):
        workbench.filter_tiles(np.zeros((3, 3)))


@given(weights=any_weights)
@example(weights=np.full((1, 1, 1, 1), np.inf, np.float32))
def test_tiles_lie_between_zero_and_one_whatever_comes(weights: NDArray[np.float32]) -> None:
    tiles = workbench.filter_tiles(weights)
    assert tiles.shape == (weights.shape[0], *weights.shape[2:])
    assert ((tiles >= 0) & (tiles <= 1)).all()
