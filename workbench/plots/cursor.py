"""What a chart's lines are worth at a place of its x axis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.plots.axes import limits_of, positions
from workbench.plots.chart import Axis, Chart, Floats, Line


def values_at(chart: Chart, x: float) -> tuple[tuple[str, float, float], ...]:
    """The label, x and y of the point of each line that lies nearest to `x` on its axis.

    Faint lines, and lines without a point that the axes can show, are left out.
    """
    nearest = ((line.label, _nearest(chart, line, x)) for line in chart.lines if not line.faint)
    return tuple((label, *point) for label, point in nearest if point is not None)


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
