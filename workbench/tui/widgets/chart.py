"""A chart with a cursor: its values at the cursor stand where else its legend is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.message import Message

from workbench.plots.text import Row, Span, fit
from workbench.tui.widgets.rows import RowsView

if TYPE_CHECKING:
    from workbench.plots.chart import Chart
    from workbench.plots.drawing import Drawing
    from workbench.plots.painting import Canvas

WHEEL_FACTOR = 0.8


class ChartView(RowsView, can_focus=True):
    """Draws a chart to its size, anew only for another chart or size."""

    @dataclass
    class Pointed(Message):
        """Somebody clicked on a place of the x axis."""

        x: float

    @dataclass
    class Zoomed(Message):
        """Somebody turned the wheel over the chart."""

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

    @property
    def has_chart(self) -> bool:
        """Whether there are curves, be they in sight or not."""
        return self._chart is not None

    @property
    def x_label(self) -> str:
        """The unit of its x axis; empty without a chart."""
        return self._chart.x_label if self._chart else ""

    def show(self, chart: Chart, cursor: float | None, lack: str = "") -> None:
        """Draw a chart; where none of its points can be seen, `lack` says why in its place."""
        self._chart, self._cursor, self._words = chart, cursor, lack
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
            self.post_message(self.Zoomed(x, factor))

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
        chart, drawing, cursor = self._chart, self._drawing, self._cursor
        if self._words or chart is None or drawing is None:
            self.show_rows(sentence(self._words, *self.size))
        elif drawing.canvas is None or cursor is None:
            self.show_rows(drawing.rows)
        else:
            self.show_rows(self._with_cursor(chart, drawing, drawing.canvas, cursor))

    def _with_cursor(
        self, chart: Chart, drawing: Drawing, canvas: Canvas, cursor: float
    ) -> tuple[Row, ...]:
        """The rows with a line through the canvas, and the values there above it."""
        from workbench.plots.read_out import read_out

        rows, column = drawing.rows, canvas.column_of(cursor)
        if not 0 <= column < canvas.columns:
            return rows
        below = canvas.top + canvas.rows
        bar = "│" if self.app.look.unicode else "|"
        crossed = (crossed_out(row, canvas.left + column, bar) for row in rows[canvas.top : below])
        values = read_out(chart, drawing, cursor, self.size.width)
        return (*values, *crossed, *rows[below:])


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


def sentence(words: str, width: int, height: int) -> tuple[Row, ...]:
    """Words in the middle of an empty space."""
    lines = [fit(line, width) for line in words.splitlines()]
    above = max((height - len(lines)) // 2, 0)
    rows = [(Span(" " * max((width - len(line)) // 2, 0) + line, "2"),) for line in lines]
    return (*[()] * above, *rows)
