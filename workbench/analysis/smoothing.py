"""The exponential moving average that makes a noisy curve readable."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEGLIGIBLE = float(np.finfo(np.float64).eps) ** 2
"""A weight below which a past value cannot change a sum, however much larger it was."""


def smooth(values: Floats, weight: float) -> Floats:
    """Smooth `values` (n,) with an exponential moving average, corrected for its start at zero.

    m_t = weight * m_(t-1) + (1 - weight) * x_t with m_0 = 0; the result is m_t / (1 - weight^t),
    as in TensorBoard's scalar charts (`resmoothDataset` in vz_line_chart2/line-chart.ts) and
    Adam's moments (Kingma and Ba 2015, section 3). Only finite values count for t; the others
    are NaN in the result and leave no trace after them. `weight` lies in [0, 1), else ValueError.
    """
    if not 0 <= weight < 1:
        raise ValueError(f"smoothing weight {weight} is not in [0, 1)")
    finite = np.isfinite(values)
    result = np.full(values.shape, np.nan)
    result[finite] = _debiased_average(values[finite].astype(np.float64), weight)
    return result


def suggested_weight(count: int) -> float:
    """Suggest a weight for a series of `count` values, so that the curve reads as one line.

    The average then reaches back 1 / (1 - weight) values: a hundredth of the
    series, about a column of a chart, and at least ten.
    """
    reach = max(10, count // 100)
    decimals = math.ceil(math.log10(reach))
    scale = float(10**decimals)
    return math.floor((1 - 1 / reach) * scale) / scale


def _debiased_average(values: Floats, weight: float) -> Floats:
    """Sum the past by doubling: after k passes each entry holds its last 2^k values, weighted.

    For a million values a Python loop takes a second, this some 15 ms.
    """
    average = (1 - weight) * values
    reach, factor = 1, weight
    while reach < values.size and factor > NEGLIGIBLE:
        average[reach:] += factor * average[:-reach]
        reach, factor = 2 * reach, factor * factor
    # Beyond `reach` the correction differs from 1 by less than NEGLIGIBLE.
    start = average[:reach]
    start /= 1 - weight ** np.arange(1, start.size + 1)
    return average
