"""Which part of a run's curves is looked at, and where the cursor stands: without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, get_args

from workbench.plots.style import CurveStyle, XAxis

SMOOTHINGS: tuple[float | None, ...] = (None, 0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""From none of one's own, which follows the number of steps, to the strongest."""

AXES: tuple[XAxis, ...] = get_args(XAxis)


class Place(Protocol):
    """The part of `plots.drawing.Canvas` that is needed here."""

    @property
    def columns(self) -> int: ...
    def x_at(self, column: int) -> float: ...
    def column_of(self, x: float) -> int: ...


@dataclass(frozen=True)
class CurveView:
    style: CurveStyle = field(default_factory=CurveStyle)
    cursor: float | None = None
    """On the x axis, in its own unit; None while there is none."""

    def smoothed(self, rungs: int) -> CurveView:
        """So many rungs up the ladder of smoothing, or down."""
        rung = min(range(len(SMOOTHINGS)), key=self._distance) + rungs
        weight = SMOOTHINGS[min(max(rung, 0), len(SMOOTHINGS) - 1)]
        return replace(self, style=replace(self.style, smoothing=weight))

    def _distance(self, rung: int) -> float:
        """How far a rung is from the smoothing there is: a settings file may name any."""
        own, here = SMOOTHINGS[rung], self.style.smoothing
        return abs((-1 if own is None else own) - (-1 if here is None else here))

    def with_raw(self, raw: bool) -> CurveView:
        return replace(self, style=replace(self.style, raw=raw))

    def with_log(self, log: bool) -> CurveView:
        return replace(self, style=replace(self.style, log=log))

    def with_next_axis(self) -> CurveView:
        """Another unit: what was zoomed and pointed at has no meaning in it."""
        x = AXES[(AXES.index(self.style.x) + 1) % len(AXES)]
        return CurveView(replace(self.style, x=x, limits=None))

    def without_cursor(self) -> CurveView:
        return replace(self, cursor=None)

    def unzoomed(self) -> CurveView:
        return replace(self, style=replace(self.style, limits=None))

    def pointed(self, x: float) -> CurveView:
        return replace(self, cursor=x)

    def moved(self, columns: int, place: Place) -> CurveView:
        """The cursor so many columns on; it begins at the last, and draws a zoomed part along."""
        last = place.columns - 1
        if self.cursor is None:
            return self.pointed(place.x_at(last))
        column = min(max(place.column_of(self.cursor), 0), last) + columns
        beyond = column - min(max(column, 0), last)
        if beyond and self.style.limits is not None:
            return self._panned(place.x_at(beyond) - place.x_at(0), place.x_at(column))
        return self.pointed(place.x_at(column - beyond))

    def _panned(self, distance: float, cursor: float) -> CurveView:
        assert self.style.limits is not None
        low, high = self.style.limits
        if low + distance < 0:
            distance, cursor = -low, 0.0
        limits = (low + distance, high + distance)
        return CurveView(replace(self.style, limits=limits), cursor)

    def zoomed(self, factor: float, place: Place) -> CurveView:
        """A `factor` below 1 shows less, around the cursor; without one around the middle."""
        low, high = place.x_at(0), place.x_at(place.columns - 1)
        middle = (low + high) / 2 if self.cursor is None else min(max(self.cursor, low), high)
        start = max(middle - factor * (middle - low), 0.0)
        end = middle + factor * (high - middle)
        if end - start <= 1e-6 * max(abs(end), 1.0):
            return self
        return replace(self, style=replace(self.style, limits=(start, end)))
