"""The lines and marks of a chart made ready to be drawn: cut to the axes, thinned, with a pen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbench.analysis.thinning import thin
from workbench.plots.axes import limits_of, positions
from workbench.plots.chart import Chart, Floats, Line
from workbench.plots.clipping import clip_x, clip_y
from workbench.plots.pens import Pen, line_pens, mark_pens

NOTHING, OUTSIDE = "no finite values yet", "nothing within these limits"


@dataclass(frozen=True, eq=False)
class Stroke:
    """A line in positions on the axes, thinned to what the width can show."""

    label: str
    pen: Pen
    x: Floats
    y: Floats
    x_range: tuple[float, float]
    """Of the line as the axes show it: thinning may drop its first and last point."""
    lack: str
    """Why there is nothing to draw; empty where there is something."""


def pens_of(chart: Chart, *, color: bool, unicode: bool) -> tuple[Pen | None, ...]:
    """Give each line its pen; None to a faint one that is not drawn, for want of colours."""
    drawn = tuple(line for line in chart.lines if color or not line.faint)
    pens = iter(line_pens(drawn, color=color, unicode=unicode))
    return tuple(next(pens) if color or not line.faint else None for line in chart.lines)


def strokes(
    chart: Chart, pens: tuple[Pen | None, ...], width: int, *, unicode: bool
) -> list[Stroke]:
    """Make lines and marks ready, in the order in which they are drawn: faint ones first."""
    drawn = [
        (line, _stroke(line, pen, chart, width))
        for line, pen in zip(chart.lines, pens, strict=True)
        if pen is not None
    ]
    ordered = sorted(drawn, key=lambda pair: not pair[0].faint)
    return [*(stroke for _, stroke in ordered), *_marks(chart, width, unicode=unicode)]


def _marks(chart: Chart, width: int, *, unicode: bool) -> list[Stroke]:
    """Marks outside the limits are left out, of the legend too."""
    pens = mark_pens(chart.marks, unicode=unicode)
    points = [Line(m.label, np.array([m.x]), np.array([m.y]), m.color) for m in chart.marks]
    marks = [_stroke(point, pen, chart, width) for point, pen in zip(points, pens, strict=True)]
    return [mark for mark in marks if mark.lack != OUTSIDE]


def _stroke(line: Line, pen: Pen, chart: Chart, width: int) -> Stroke:
    x, y = positions(line.x, chart.x_axis), positions(line.y, chart.y_axis)
    on_axis = np.isfinite(x)
    if not on_axis.all():
        x, y = x[on_axis], y[on_axis]
    lack = "" if np.isfinite(y).any() else NOTHING
    x, y = _clipped(x, y, chart)
    lack = lack or ("" if np.isfinite(y).any() else OUTSIDE)
    x_range = (float(x[0]), float(x[-1])) if x.size else (np.nan, np.nan)
    return Stroke(line.label, pen, *thin(x, y, 2 * width), x_range, lack)


def _clipped(x: Floats, y: Floats, chart: Chart) -> tuple[Floats, Floats]:
    if (x_limits := limits_of(chart.x_axis)) is not None:
        x, y = clip_x(x, y, *x_limits)
    if (y_limits := limits_of(chart.y_axis)) is not None:
        x, y = clip_y(x, y, *y_limits)
    return x, y
