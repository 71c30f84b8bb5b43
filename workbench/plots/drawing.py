"""A chart to text: its head, plotext's frame, and the curves in it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from workbench.analysis.thinning import thin
from workbench.plots.axes import Scale, positions, scale_between, ticks
from workbench.plots.canvas import draw_frame
from workbench.plots.chart import Axis, Chart, Floats, Line
from workbench.plots.legend import head
from workbench.plots.pens import Pen, line_pens, mark_pens
from workbench.plots.raster import Cells, Indices, braille_curve, plain_curve
from workbench.plots.text import Row, Span, encode, fit, printable

LEAST_WIDTH, LEAST_HEIGHT = 30, 6
LABEL_WIDTH = 6
"""What y labels take at least, so that charts one above the other line up."""
TICK_WIDTH, TICK_HEIGHT, MOST_Y_TICKS = 8, 2, 12
"""The room for one tick, in cells; more y ticks than that are clutter."""

LETTER_DISTANCE = 20
"""Columns between a curve's letters."""

TITLE_STYLE = "1"
PLAIN_FRAME = str.maketrans("─│┤┬└", "-|+++")


@dataclass(frozen=True, eq=False)
class Curve:
    """A line ready to be drawn: positions on the axes, thinned to what the width can show."""

    label: str
    pen: Pen
    x: Floats
    y: Floats
    x_range: tuple[float, float]
    """Of the line as it was: thinning may drop its first and last point."""

    @property
    def empty(self) -> bool:
        return not np.isfinite(self.y).any()


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where in a drawing the curves lie, in cells, and what values its edges stand for."""

    left: int
    top: int
    columns: int
    rows: int
    x_scale: Scale
    y_scale: Scale

    def x_at(self, column: int) -> float:
        """The value on the x axis in the middle of a column of the canvas, counted from 0."""
        return self.x_scale.value_at(column / max(self.columns - 1, 1))

    def column_of(self, x: float) -> int:
        """The column of the canvas in which a value of the x axis lies; it may lie outside."""
        place = float(self.x_scale.places(positions(np.array([x]), self.x_scale.axis))[0])
        return round(place * (self.columns - 1)) if np.isfinite(place) else -1


@dataclass(frozen=True, eq=False)
class Drawing:
    rows: tuple[Row, ...]
    """Each at most as wide as was asked."""
    canvas: Canvas | None
    """None where there was nothing to draw, and a sentence says so."""


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
    curves = _curves(chart, width, color=color, unicode=unicode)
    top = _head(chart.title, curves, width, most=max(height // 4, min(3, height - 5)))
    body, canvas = _body(chart, curves, width, height - len(top), top=len(top))
    rows = [*top, *body]
    if not unicode:
        rows = [tuple(replace(s, text=s.text.translate(PLAIN_FRAME)) for s in row) for row in rows]
    return Drawing(tuple(rows), canvas)


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


def _curves(chart: Chart, width: int, *, color: bool, unicode: bool) -> list[Curve]:
    """Give lines and marks their pens, in the order in which they are drawn: faint ones first."""
    lines = tuple(line for line in chart.lines if color or not line.faint)
    pens = line_pens(lines, color=color, unicode=unicode)
    pens += mark_pens(chart.marks, unicode=unicode)
    points = [Line(m.label, np.array([m.x]), np.array([m.y]), m.color) for m in chart.marks]
    curves = []
    drawn = zip([*lines, *points], pens, strict=True)
    for line, pen in sorted(drawn, key=lambda pair: not pair[0].faint):
        x, y = positions(line.x, chart.x_axis), positions(line.y, chart.y_axis)
        x, y = x[np.isfinite(x)], y[np.isfinite(x)]
        x_range = (float(x[0]), float(x[-1])) if x.size else (np.nan, np.nan)
        curves.append(Curve(line.label, pen, *thin(x, y, 2 * width), x_range))
    return curves


def _head(title: str, curves: list[Curve], width: int, most: int) -> tuple[Row, ...]:
    entries: list[Row] = [
        (
            Span(curve.pen.swatch, curve.pen.style),
            Span(f" {curve.label}{' (no finite values yet)' if curve.empty else ''}"),
        )
        for curve in curves
    ]
    return head((Span(title, TITLE_STYLE),), entries, width, most)


def _body(
    chart: Chart, curves: list[Curve], width: int, height: int, *, top: int
) -> tuple[list[Row], Canvas | None]:
    """Draw the frame and the curves in it, or say that there are none."""
    curves = [curve for curve in curves if not curve.empty]
    if not curves:
        return _sentence("no finite values yet", width, height), None
    x_scale = _scale_of(chart.x_axis, [np.array(curve.x_range) for curve in curves])
    y_scale = _scale_of(chart.y_axis, [curve.y for curve in curves])
    x_ticks = ticks(x_scale, width // TICK_WIDTH)
    rows = height - 2  # the axis and its labels take two
    y_ticks = ticks(y_scale, min(max(rows // TICK_HEIGHT, 2), MOST_Y_TICKS))
    y_ticks = tuple(replace(tick, label=tick.label.rjust(LABEL_WIDTH)) for tick in y_ticks)
    frame = draw_frame(width, height, x_ticks, y_ticks)
    canvas = Canvas(frame.left, top, width - frame.left, frame.height, x_scale, y_scale)
    text, owner = _canvas(curves, canvas)
    styles = ["", *(curve.pen.style for curve in curves)]
    axis, labels = frame.rows[frame.height :]
    drawn: list[Row] = [
        *(
            (Span(frame.rows[row][: frame.left]), *_spans(text[row], owner[row], styles))
            for row in range(frame.height)
        ),
        (Span(_with_name(axis, chart.x_label)),),
        (Span(labels),),
    ]
    return drawn, canvas


def _scale_of(axis: Axis, values: list[Floats]) -> Scale:
    """Span the axis' limits, by default all finite values; there is at least one."""
    if axis.limits is not None:
        low, high = positions(np.array(axis.limits), axis)
        return scale_between(axis, float(low), float(high))
    low, high = min(map(np.nanmin, values)), max(map(np.nanmax, values))
    return scale_between(axis, float(low), float(high))


def _canvas(curves: list[Curve], canvas: Canvas) -> tuple[Cells, Indices]:
    """Draw the curves over each other: each cell's character, and its curve's number from 1.

    A cell has one colour, so the later curve takes all of it.
    """
    rows, columns = canvas.rows, canvas.columns
    text, owner = np.full((rows, columns), " "), np.zeros((rows, columns), dtype=np.intp)
    for number, curve in enumerate(curves, start=1):
        x, y = canvas.x_scale.places(curve.x), canvas.y_scale.places(curve.y)
        if curve.pen.glyph:
            cells = plain_curve(x, y, rows, columns, curve.pen.glyph)
        else:
            cells = braille_curve(x, y, rows, columns)
        drawn = cells != " "
        text[drawn], owner[drawn] = cells[drawn], number
    for number, curve in enumerate(curves, start=1):
        if curve.pen.letter:
            _write_letters(text, owner == number, curve.pen.letter, number / (len(curves) + 1))
    return text, owner


def _write_letters(text: Cells, own: NDArray[np.bool_], letter: str, offset: float) -> None:
    """Write a letter on a curve every so many columns; `offset`, 0...1, staggers the curves."""
    columns = np.flatnonzero(own.any(axis=0))
    if columns.size == 0:  # hidden behind others
        return
    count = max(1, columns.size // LETTER_DISTANCE)
    for column in columns[((np.arange(count) + offset) * columns.size / count).astype(np.intp)]:
        rows = np.flatnonzero(own[:, column])
        text[rows[rows.size // 2], column] = letter


def _spans(text: Cells, owner: Indices, styles: list[str]) -> Row:
    """One row of the canvas, a span for each run of cells with the same owner."""
    cells = zip(owner.tolist(), text.tolist(), strict=True)
    return tuple(
        Span("".join(character for _, character in run), styles[number])
        for number, run in itertools.groupby(cells, key=itemgetter(0))
    )


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
