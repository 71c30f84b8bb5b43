"""A chart to text: its head, plotext's frame, and the curves in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from rich.cells import cell_len

from workbench.plots.axes import Scale, limits_of, scale_between, ticks
from workbench.plots.canvas import X_AXIS_ROWS, Frame, draw_frame
from workbench.plots.chart import Axis, Chart, Floats
from workbench.plots.legend import head
from workbench.plots.painting import Canvas, paint
from workbench.plots.pens import Pen
from workbench.plots.strokes import NOTHING, OUTSIDE, Stroke, pens_of, strokes
from workbench.plots.text import Row, Span, encode, fit, printable

LEAST_WIDTH, LEAST_HEIGHT = 30, 6
LABEL_WIDTH = 6
"""What y labels take at least, so that charts one above the other line up."""
TICK_WIDTH, TICK_HEIGHT, MOST_Y_TICKS = 8, 2, 12
"""The room for one tick, in cells; more y ticks than that are clutter."""

TITLE_STYLE = "1"
PLAIN_FRAME = str.maketrans("─│┤┬└", "-|+++")


@dataclass(frozen=True, eq=False)
class Drawing:
    rows: tuple[Row, ...]
    """Each at most as wide as was asked."""
    canvas: Canvas | None
    """None where there was nothing to draw, and a sentence says so."""
    pens: tuple[Pen | None, ...] = ()
    """Of the chart's lines; None for one that is left out."""


def draw(chart: Chart, width: int, height: int, *, color: bool, unicode: bool) -> str:
    """Draw a chart as `height` lines of text, with escape sequences where it may have `color`."""
    rows = lay_out(chart, width, height, color=color, unicode=unicode).rows
    return "\n".join(encode(row, color=color) for row in rows)


def lay_out(chart: Chart, width: int, height: int, *, color: bool, unicode: bool) -> Drawing:
    """Draw a chart as `height` rows of at most `width` cells.

    Without `color` letters or glyphs on the curves tell them apart; without
    `unicode` all is ASCII. What cannot be drawn (no finite values, too little
    room) is said in the chart's place.
    """
    if width < LEAST_WIDTH or height < LEAST_HEIGHT:
        rows = _sentence(f"a chart needs {LEAST_WIDTH} x {LEAST_HEIGHT} cells", width, height)
        return Drawing(tuple(rows), None)
    chart = _printable(chart, unicode=unicode)
    pens = pens_of(chart, color=color, unicode=unicode)
    curves = strokes(chart, pens, width, unicode=unicode)
    top = _head(chart.title, curves, width, most=max(height // 4, min(3, height - 5)))
    body, canvas = _body(chart, curves, width, height - len(top), top=len(top))
    rows = [*top, *body]
    if not unicode:
        rows = [tuple(replace(s, text=s.text.translate(PLAIN_FRAME)) for s in row) for row in rows]
    return Drawing(tuple(rows), canvas, pens)


def _printable(chart: Chart, *, unicode: bool) -> Chart:
    """Make every text of the chart safe for the terminal."""

    def clean(text: str) -> str:
        return printable(text, unicode=unicode)

    return replace(
        chart,
        title=clean(chart.title),
        x_label=clean(chart.x_label),
        lines=tuple(replace(line, label=clean(line.label)) for line in chart.lines),
        marks=tuple(replace(mark, label=clean(mark.label)) for mark in chart.marks),
    )


def _head(title: str, curves: list[Stroke], width: int, most: int) -> tuple[Row, ...]:
    entries: list[Row] = [
        (
            Span(curve.pen.swatch, curve.pen.style),
            Span(f" {curve.label} ({curve.lack})" if curve.lack else f" {curve.label}"),
        )
        for curve in curves
    ]
    return head((Span(title, TITLE_STYLE),), entries, width, most)


def _body(
    chart: Chart, curves: list[Stroke], width: int, height: int, *, top: int
) -> tuple[list[Row], Canvas | None]:
    """Draw the frame and the curves in it, or say why there are none."""
    shown = [curve for curve in curves if not curve.lack]
    if not shown:
        outside = any(curve.lack == OUTSIDE for curve in curves)
        return _sentence(OUTSIDE if outside else NOTHING, width, height), None
    x_scale = _scale_of(chart.x_axis, [np.array(curve.x_range) for curve in shown])
    y_scale = _scale_of(chart.y_axis, [curve.y for curve in shown])
    frame = _frame(x_scale, y_scale, width, height)
    canvas = Canvas(frame.left, top, width - frame.left, frame.height, x_scale, y_scale)
    axis, labels = frame.rows[frame.height :]
    rows: list[Row] = [
        (Span(edge[: frame.left]), *row)
        for edge, row in zip(frame.rows, paint(shown, canvas), strict=False)
    ]
    return [*rows, (Span(_with_name(axis, chart.x_label)),), (Span(labels),)], canvas


def _frame(x_scale: Scale, y_scale: Scale, width: int, height: int) -> Frame:
    rows = height - X_AXIS_ROWS
    x_ticks = ticks(x_scale, width // TICK_WIDTH)
    y_ticks = ticks(y_scale, min(max(rows // TICK_HEIGHT, 2), MOST_Y_TICKS))
    y_ticks = tuple(replace(tick, label=tick.label.rjust(LABEL_WIDTH)) for tick in y_ticks)
    return draw_frame(width, height, x_ticks, y_ticks)


def _scale_of(axis: Axis, values: list[Floats]) -> Scale:
    """Span the axis' limits, by default all finite values; there is at least one."""
    low, high = limits_of(axis) or (min(map(np.nanmin, values)), max(map(np.nanmax, values)))
    return scale_between(axis, float(low), float(high))


def _with_name(axis: str, name: str) -> str:
    """End the axis' line with its name: that takes no row of its own."""
    name = fit(name, len(axis) // 3)
    return f"{axis[: len(axis) - cell_len(name) - 1]} {name}" if name else axis


def _sentence(text: str, width: int, height: int) -> list[Row]:
    """A sentence in the middle of an empty space."""
    text = fit(text, width)
    rows: list[Row] = [(Span(""),)] * height
    if rows:
        rows[(height - 1) // 2] = (Span(" " * ((width - cell_len(text)) // 2) + text),)
    return rows
