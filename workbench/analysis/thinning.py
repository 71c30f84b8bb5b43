"""Fewer points that draw the same picture: each column's minimum and maximum."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def thin(x: Floats, y: Floats, columns: int) -> tuple[Floats, Floats]:
    """Thin a series to at most two points in each of `columns` equal parts of its x range.

    `x` (n,) is finite and ascends; `y` (n,) has NaN for gaps. A column with
    values keeps its lowest and its highest point, in x order (one, if they are
    the same), so the extremes of the series stay exact. A column of NaN alone
    keeps one, so a gap that a column can show stays a gap. A column without
    points gives none.
    """
    if x.size == 0:
        return x, y
    starts = _column_starts(x, columns)
    lows, highs = np.fmin.reduceat(y, starts), np.fmax.reduceat(y, starts)
    spans = pairwise([*starts.tolist(), y.size])
    # A loop over columns, not points: it touches no memory beyond its column.
    # Nothing equals NaN, so argmax falls on the first point of a gap.
    kept = {
        start + int(np.argmax(y[start:stop] == value))
        for (start, stop), *extremes in zip(spans, lows, highs, strict=True)
        for value in extremes
    }
    points = sorted(kept)
    return x[points], y[points]


def _column_starts(x: Floats, columns: int) -> NDArray[np.intp]:
    """Index of the first point of every column that has points, ascending."""
    edges = np.linspace(x[0], x[-1], columns + 1)[:-1]
    return np.unique(np.searchsorted(x, edges, side="left"))
