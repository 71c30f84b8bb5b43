"""Fewer points that draw the same picture: each column's minimum and maximum."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

BLOCK = 64
"""Values of which `Extremes` keeps two: far below a column, where a series is long."""


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
    lengths = np.diff(starts, append=y.size)
    rows = [_first_rows(y == np.repeat(each, lengths), starts) for each in (lows, highs)]
    # Nothing equals NaN: a part that is a gap is left with its first point.
    kept = np.unique(np.where(np.isnan(lows), starts, rows))
    return x[kept], y[kept]


def _first_rows(found: NDArray[np.bool_], starts: Rows) -> Rows:
    """The first place from each start on where something was found, if anywhere."""
    places = np.append(np.flatnonzero(found), found.size)
    return places[np.searchsorted(places, starts)]


def _column_starts(x: Floats, columns: int) -> NDArray[np.intp]:
    """Index of the first point of every column that has points, ascending."""
    edges = np.linspace(x[0], x[-1], columns + 1)[:-1]
    return np.unique(np.searchsorted(x, edges, side="left"))


class Extremes:
    """Where a series that grows has the lowest and the highest of every `BLOCK` values.

    Only finite values greater than `above` count. Finding them anew in a million values takes
    some milliseconds, in what was appended next to nothing.
    """

    def __init__(self, above: float = -np.inf) -> None:
        self._above = above
        self._rows = np.zeros(1, np.intp)
        self._done = 0

    def extend(self, values: Floats) -> Rows:
        """Indices to draw `values` (n,) by, ascending; the first and the last are among them.

        `values` begins with what it was in the last call.
        """
        if not values.size:
            return self._rows[:0]
        stop = (values.size - 1) // BLOCK * BLOCK
        if stop > self._done:
            found = _extreme_rows(values[self._done : stop].reshape(-1, BLOCK), self._above)
            self._rows = np.concatenate([self._rows, found + self._done])
            self._done = stop
        return np.concatenate([self._rows, np.arange(stop, values.size)])


def _extreme_rows(blocks: Floats, above: float) -> Rows:
    """Two indices into the flat blocks for each; the first one twice where nothing counts."""
    counts = np.isfinite(blocks) & (blocks > above)
    lowest = np.where(counts, blocks, np.inf).argmin(axis=1)
    highest = np.where(counts, blocks, -np.inf).argmax(axis=1)
    pairs = np.sort(np.stack([lowest, highest], axis=1), axis=1)
    rows: Rows = (pairs + np.arange(len(blocks))[:, np.newaxis] * BLOCK).ravel()
    return rows
