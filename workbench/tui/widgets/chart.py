"""A chart with a cursor: its values at the cursor stand where else its legend is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from workbench.plots.text import Row, Span, fit
from workbench.store.wording import duration, number, percent
from workbench.tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from workbench.plots.chart import Chart
    from workbench.plots.drawing import Drawing
    from workbench.plots.painting import Canvas

CURSOR_STYLE = "1"
WHEEL_FACTOR = 0.8


class ChartView(RowsView, can_focus=True):
    """Draws a chart to its size, anew only for another chart or size."""

    @dataclass
    class Pointed(Message):
        """Somebody clicked on a place of the x axis."""

        x: float

    @dataclass
    class Zoomed(Message):
        """Somebody turned the wheel over the chart `view`."""

        view: ChartView
        x: float
        factor: float

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._chart: Chart | None = None
        self._drawing: Drawing | None = None
        self._cursor: float | None = None
        self._words = ""

    @property
    def canvas(self) -> Canvas | None:
        """Where the curves lie; None while there are none."""
        return self._drawing.canvas if self._drawing else None

    def show(self, chart: Chart, cursor: float | None) -> None:
        self._chart, self._cursor, self._words = chart, cursor, ""
        self._draw()

    def say(self, words: str) -> None:
        """A sentence in the place of a chart."""
        self._chart, self._drawing, self._words = None, None, words
        self._show()

    def point(self, cursor: float | None) -> None:
        """Put the cursor elsewhere: nothing else is drawn anew."""
        self._cursor = cursor
        self._show()

    def on_resize(self) -> None:
        self._draw()

    def on_click(self, event: events.Click) -> None:
        if (x := self._x_under(event)) is not None:
            self.post_message(self.Pointed(x))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._zoom(event, WHEEL_FACTOR)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._zoom(event, 1 / WHEEL_FACTOR)

    def _zoom(self, event: events.MouseEvent, factor: float) -> None:
        if (x := self._x_under(event)) is not None:
            event.stop()
            self.post_message(self.Zoomed(self, x, factor))

    def _x_under(self, event: events.MouseEvent) -> float | None:
        place, canvas = event.get_content_offset(self), self.canvas
        if place is None or canvas is None or not 0 <= place.x - canvas.left < canvas.columns:
            return None
        return canvas.x_at(place.x - canvas.left)

    def _draw(self) -> None:
        if self._chart is not None and self.size.area:
            from workbench.plots.drawing import lay_out

            look = self.app.look
            self._drawing = lay_out(self._chart, *self.size, color=look.color, unicode=look.unicode)
        self._show()

    def _show(self) -> None:
        if self._drawing is None:
            self.show_rows(sentence(self._words, *self.size))
            return
        rows, canvas = self._drawing.rows, self._drawing.canvas
        if canvas is not None and self._cursor is not None and self._chart is not None:
            column = canvas.column_of(self._cursor)
            if 0 <= column < canvas.columns:
                rows = self._with_cursor(rows, canvas, column)
        self.show_rows(rows)

    def _with_cursor(self, rows: tuple[Row, ...], canvas: Canvas, column: int) -> tuple[Row, ...]:
        """The rows with a line through the canvas, and the values there above it."""
        below = canvas.top + canvas.rows
        bar = "│" if self.app.look.unicode else "|"
        crossed = (crossed_out(row, canvas.left + column, bar) for row in rows[canvas.top : below])
        return (*self._read_out(canvas.top), *crossed, *rows[below:])

    def _read_out(self, height: int) -> tuple[Row, ...]:
        from workbench.plots.cursor import values_at
        from workbench.plots.legend import head
        from workbench.plots.pens import line_pens

        chart, cursor, look = self._chart, self._cursor, self.app.look
        assert chart is not None
        assert cursor is not None
        pens = line_pens(chart.lines, color=look.color, unicode=look.unicode)
        pen_of = dict(zip([line.label for line in chart.lines], pens, strict=True))
        write = percent if chart.y_axis.unit == "percent" else number
        entries: list[Row] = [
            (
                Span(pen_of[label].swatch, pen_of[label].style),
                Span(f" {label.partition(' smoothed ')[0]} {write(y)}"),
            )
            for label, _, y in values_at(chart, cursor)
        ]
        title = (Span(f"{chart.title} at {place_words(chart.x_label, cursor)}", CURSOR_STYLE),)
        rows = head(title, entries, self.size.width, height)
        return (*rows, *[()] * (height - len(rows)))


def crossed_out(row: Row, column: int, bar: str) -> Row:
    """The row with `bar` in a column of it, unless a curve is drawn there."""
    spans, at = [], 0
    for span in row:
        place = column - at
        if 0 <= place < len(span.text) and span.text[place] == " ":
            before, after = span.text[:place], span.text[place + 1 :]
            spans += [Span(before, span.style), Span(bar, "2"), Span(after, span.style)]
        else:
            spans.append(span)
        at += len(span.text)
    return tuple(span for span in spans if span.text)


def place_words(axis: str, x: float) -> str:
    """A place of the x axis: `epoch 3.25`, `step 1,200`, `3 min 20 s`."""
    match axis:
        case "time":
            return duration(x)
        case "step":
            return f"step {x:,.0f}"
        case _:
            return f"{axis} {x:.2f}"


def sentence(words: str, width: int, height: int) -> tuple[Row, ...]:
    """Words in the middle of an empty space."""
    lines = [fit(line, width) for line in words.splitlines()]
    above = max((height - len(lines)) // 2, 0)
    rows = [(Span(" " * max((width - len(line)) // 2, 0) + line, "2"),) for line in lines]
    return (*[()] * above, *rows)
