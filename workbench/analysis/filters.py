"""First-layer filters as pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FLAT = 1e-5
"""A filter whose weights differ by no more than this shows nothing."""


def filter_tiles(weights: ArrayLike) -> NDArray[np.float64]:
    """Make a tile in [0, 1] of each filter of `weights` (filters, channels, height, width).

    The mean over the input channels comes first, then each filter is stretched from its own
    minimum to its own maximum; one of `FLAT` range is all 0. What is not finite counts as the
    filter's minimum. Returns (filters, height, width). Raises `ValueError` for another number of
    axes.
    """
    filters = np.asarray(weights, dtype=np.float64)
    if filters.ndim != 4:
        raise ValueError(
            f"weights of shape {filters.shape}, not (filters, channels, height, width)"
        )
    if filters.size == 0:
        return np.zeros((filters.shape[0], *filters.shape[2:]))
    with np.errstate(invalid="ignore"):  # inf - inf
        means = filters.mean(axis=1)
    finite = np.isfinite(means)
    low = np.min(means, axis=(1, 2), keepdims=True, where=finite, initial=np.inf)
    high = np.max(means, axis=(1, 2), keepdims=True, where=finite, initial=-np.inf)
    shown = finite & (high - low > FLAT)
    tiles = np.zeros(means.shape)
    np.subtract(means, low, out=tiles, where=shown)  # elsewhere it may be inf - inf
    np.divide(tiles, high - low, out=tiles, where=shown)
    return tiles
