"""What a chart's lines are worth at a place of its x axis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.plots.axes import limits_of, positions
from workbench.plots.chart import Axis, Chart, Floats, Line


@dataclass(frozen=True)
class Reading:
    """The point of a line that lies nearest to a place of the x axis."""

    line: int
    """Its number in the chart, from 0."""
    x: float
    y: float


def values_at(chart: Chart, x: float) -> tuple[Reading, ...]:
    """Read each line at the place `x` of its axis.

    Faint lines, and lines without a point that the axes can show, are left out.
    """
    nearest = (
        (number, _nearest(chart, line, x))
        for number, line in enumerate(chart.lines)
        if not line.faint
    )
    return tuple(Reading(number, *point) for number, point in nearest if point is not None)


def _nearest(chart: Chart, line: Line, x: float) -> tuple[float, float] | None:
    places = positions(line.x, chart.x_axis)
    drawn = _shown(places, chart.x_axis) & _shown(positions(line.y, chart.y_axis), chart.y_axis)
    distances = np.abs(places[drawn] - positions(np.array([x]), chart.x_axis))
    if not distances.size or np.isnan(distances).all():
        return None
    index = int(np.argmin(distances))
    return float(line.x[drawn][index]), float(line.y[drawn][index])


def _shown(places: Floats, axis: Axis) -> NDArray[np.bool_]:
    low, high = limits_of(axis) or (-np.inf, np.inf)
    return np.isfinite(places) & (places >= low) & (places <= high)
