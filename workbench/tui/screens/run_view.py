"""Which part of a run's curves is looked at, and where the cursor stands: without a screen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, get_args

from workbench.plots.style import CurveStyle, XAxis
from workbench.tui.settings import Settings

SMOOTHINGS: tuple[float | None, ...] = (None, 0.0, 0.5, 0.8, 0.9, 0.95, 0.99, 0.999)
"""From none of one's own, which follows the number of steps, to the strongest."""

AXES: tuple[XAxis, ...] = get_args(XAxis)


Limits = tuple[float, float]
"""Two places of the x axis, the smaller one first."""

EQUAL = 1e-9
"""Lengths whose ratio differs less from 1 are the same."""


def curve_style(settings: Settings) -> CurveStyle:
    """How a person last wanted curves drawn."""
    smoothing = None if settings.smoothing < 0 else settings.smoothing
    return CurveStyle(settings.x_axis, settings.log_loss, smoothing, settings.raw)


class Place(Protocol):
    """The part of `plots.drawing.Canvas` that is needed here."""

    @property
    def columns(self) -> int: ...
    def x_at(self, column: int) -> float: ...
    def column_of(self, x: float) -> int: ...


@dataclass(frozen=True)
class Reach:
    """How far the cursor and the zoomed part may go."""

    curve: Limits
    """From the first point to the last."""
    whole: Limits
    """What is seen without a zoom."""


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

    def pointed(self, x: float, reach: Reach) -> CurveView:
        """The cursor at `x`, or at the end of the curve that is nearest."""
        return replace(self, cursor=_between(x, reach.curve))

    def moved(self, columns: int, place: Place, reach: Reach) -> CurveView:
        """The cursor so many columns on; it begins at the last, and draws a zoomed part along."""
        last = place.columns - 1
        if self.cursor is None:
            return self.pointed(place.x_at(last), reach)
        column = min(max(place.column_of(self.cursor), 0), last) + columns
        beyond = column - min(max(column, 0), last)
        panned = self._panned(place.x_at(beyond) - place.x_at(0), reach) if beyond else self
        return panned.pointed(place.x_at(column), reach)

    def _panned(self, distance: float, reach: Reach) -> CurveView:
        """The zoomed part moved, as far as the curve goes."""
        if self.style.limits is None:
            return self
        low, high = self.style.limits
        back, on = min(reach.curve[0] - low, 0.0), max(reach.curve[1] - high, 0.0)
        distance = _between(distance, (back, on))
        return self._with_limits((low + distance, high + distance))

    def zoomed(self, factor: float, reach: Reach) -> CurveView:
        """A `factor` below 1 shows less, around the cursor; without one around the middle.

        Some of the curve stays in sight, and nothing beyond the whole comes into it.
        """
        low, high = self.style.limits or reach.whole
        middle = (low + high) / 2 if self.cursor is None else _between(self.cursor, (low, high))
        middle = _between(middle, reach.curve)
        length, whole = factor * (high - low), reach.whole[1] - reach.whole[0]
        if length >= whole * (1 - EQUAL):
            return self.unzoomed()
        if length <= 1e-6 * max(abs(high), 1.0):
            return self
        start = middle - factor * (middle - low)
        start = _between(start, (reach.whole[0], reach.whole[1] - length))
        return self._with_limits((start, start + length))

    def _with_limits(self, limits: Limits) -> CurveView:
        return replace(self, style=replace(self.style, limits=limits))


def _between(x: float, limits: Limits) -> float:
    return min(max(x, limits[0]), limits[1])
