"""The exponential moving average that makes a noisy curve readable."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEGLIGIBLE = float(np.finfo(np.float64).eps) ** 2
"""A weight below which a past value cannot change a sum, however much larger it was."""
SETTLED = float(np.finfo(np.float64).eps) / 4
"""Subtracted from 1, this changes nothing: the correction has become 1."""


CHUNK = 1 << 14
"""Values at a time: they stay in the processor's cache."""


class MovingAverage:
    """Smooths a series that grows: each part goes on where the one before it ended.

    m_t = weight * m_(t-1) + (1 - weight) * x_t with m_0 = 0; the result is m_t / (1 - weight^t),
    as in TensorBoard's scalar charts (`resmoothDataset` in vz_line_chart2/line-chart.ts) and
    Adam's moments (Kingma and Ba 2015, section 3). Only finite values count for t; the others
    are NaN in the result and leave no trace after them. `weight` lies in [0, 1), else ValueError.
    """

    def __init__(self, weight: float) -> None:
        if not 0 <= weight < 1:
            raise ValueError(f"smoothing weight {weight} is not in [0, 1)")
        self._weight = weight
        self._average = 0.0
        self._count = 0

    def extend(self, values: Floats) -> Floats:
        """Smooth the next values (n,), which are left as they are."""
        result = np.full(values.shape, np.nan)
        for start in range(0, values.size, CHUNK):
            part = values[start : start + CHUNK]
            finite = np.isfinite(part)
            result[start : start + CHUNK][finite] = self._next(part[finite].astype(np.float64))
        return result

    def _next(self, values: Floats) -> Floats:
        """Sum the past by doubling: after k passes each entry holds its last 2^k values, weighted.

        For a million values a Python loop takes a second, this some 15 ms.
        """
        if not values.size:
            return values
        average = (1 - self._weight) * values
        average[0] += self._weight * self._average
        reach, factor = 1, self._weight
        while reach < values.size and factor > NEGLIGIBLE:
            average[reach:] += factor * average[:-reach]
            reach, factor = 2 * reach, factor * factor
        self._average = float(average[-1])
        first, self._count = self._count + 1, self._count + values.size
        if self._weight**first > SETTLED:
            average /= 1 - self._weight ** np.arange(first, self._count + 1)
        return average


def smooth(values: Floats, weight: float) -> Floats:
    """Smooth a whole series (n,), as `MovingAverage` does."""
    return MovingAverage(weight).extend(values)


def suggested_weight(count: int) -> float:
    """Suggest a weight for a series of `count` values, so that the curve reads as one line.

    The average then reaches back 1 / (1 - weight) values: a hundredth of the
    series, about a column of a chart, and at least ten.
    """
    reach = max(10, count // 100)
    decimals = math.ceil(math.log10(reach))
    scale = float(10**decimals)
    return math.floor((1 - 1 / reach) * scale) / scale
