"""The values at a cursor, in the place of a chart's legend and with the pens of its drawing."""

from __future__ import annotations

from workbench.plots.chart import Chart
from workbench.plots.cursor import Reading, values_at
from workbench.plots.drawing import Drawing
from workbench.plots.legend import head
from workbench.plots.painting import Canvas
from workbench.plots.pens import Pen
from workbench.plots.text import Row, Span
from workbench.store.wording import duration, number, percent

TITLE_STYLE = "1"


def read_out(chart: Chart, drawing: Drawing, cursor: float, width: int) -> tuple[Row, ...]:
    """Say what the lines of a drawn chart are worth at `cursor`, in as many rows as its head has.

    A value that stands more than a column away from the cursor comes with its own place.
    """
    canvas = drawing.canvas
    if canvas is None:
        return ()
    entries = [
        _entry(chart, reading, pen, is_here=_is_near(canvas, reading.x, cursor))
        for reading in values_at(chart, cursor)
        if (pen := drawing.pens[reading.line]) is not None
    ]
    where = f"{chart.x_label} " if chart.x_label != "time" else ""
    title = f"{chart.title} at {where}{place_words(chart.x_label, cursor)}"
    rows = head((Span(title, TITLE_STYLE),), entries, width, canvas.top)
    return (*rows, *[()] * (canvas.top - len(rows)))


def _entry(chart: Chart, reading: Reading, pen: Pen, *, is_here: bool) -> Row:
    write = percent if chart.y_axis.unit == "percent" else number
    name = chart.lines[reading.line].label.partition(" smoothed ")[0]
    where = "" if is_here else f" at {place_words(chart.x_label, reading.x)}"
    return Span(pen.swatch, pen.style), Span(f" {name} {write(reading.y)}{where}")


def _is_near(canvas: Canvas, x: float, cursor: float) -> bool:
    return abs(canvas.column_of(x) - canvas.column_of(cursor)) <= 1


def place_words(axis: str, x: float) -> str:
    """A place of the x axis: 3.25 epochs, 1,200 steps, 3 min 20 s."""
    if axis == "time":
        return duration(x)
    return f"{x:,.0f}" if axis == "step" else f"{x:.2f}"
