"""A column of a run's steps as a curve: smoothed, and with no more points than a chart needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.analysis.smoothing import MovingAverage
from workbench.analysis.thinning import Extremes, Rows
from workbench.plots.chart import Floats
from workbench.store.columns import Columns, IntArray

EXACT = 1 << 15
"""So many points are drawn as they are; of more, the extremes of short blocks."""

Limits = tuple[float, float]
Points = tuple[Floats, Floats]
"""x and y, both (n,)."""
Place = Callable[[IntArray], Floats]
"""Puts counts of steps on the x axis."""


@dataclass(frozen=True)
class Basis:
    """What a curve was computed for; another one needs another curve."""

    weight: float
    log: bool
    cuts: int
    """Of the columns: a resumed run may have replaced what it had recorded."""


class StepCurve:
    """The values of one column and their moving average, extended as the column grows."""

    def __init__(self, column: str, basis: Basis) -> None:
        self.basis = basis
        self._column = column
        self._average = MovingAverage(basis.weight)
        self._smoothed = Columns()
        above = 0.0 if basis.log else -np.inf
        self._raw_extremes, self._smoothed_extremes = Extremes(above), Extremes(above)

    def prepare(self, index: IntArray, values: Floats) -> None:
        """Compute what a drawing of these first values needs: of a million it takes 50 ms."""
        if self.basis.weight:
            smoothed = self._smooth(index, values)
            self._smoothed_extremes.extend(smoothed)
        self._raw_extremes.extend(values)

    def raw(self, steps: Columns, place: Place, limits: Limits | None) -> Points:
        """The values as they are."""
        return _points(steps.index, steps[self._column], self._raw_extremes, place, limits)

    def smoothed(self, steps: Columns, place: Place, limits: Limits | None) -> Points:
        """The values' moving average."""
        smoothed = self._smooth(steps.index, steps[self._column])
        return _points(steps.index, smoothed, self._smoothed_extremes, place, limits)

    def _smooth(self, index: IntArray, values: Floats) -> Floats:
        known = len(self._smoothed)
        average = self._average.extend(values[known:])
        self._smoothed.append(index[known:], {self._column: average})
        return self._smoothed[self._column]


def _points(
    index: IntArray,
    values: Floats,
    extremes: Extremes,
    place: Place,
    limits: Limits | None,
) -> Points:
    """All points where they are few enough, at least between the limits; else the extremes."""
    if values.size <= EXACT:
        return place(index), values
    rows = extremes.extend(values)
    x = place(index[rows])
    if limits is not None:
        seen = _rows_between(rows, x, limits)
        if seen.stop - seen.start <= EXACT:
            return place(index[seen]), values[seen]
    return x, values[rows]


def _rows_between(rows: Rows, x: Floats, limits: Limits) -> slice:
    """All rows within the limits, and some beyond both: the curve goes on past the edges."""
    first = max(int(np.searchsorted(x, limits[0], side="left")) - 1, 0)
    last = min(int(np.searchsorted(x, limits[1], side="right")), rows.size - 1)
    return slice(int(rows[first]), int(rows[last]) + 1)
