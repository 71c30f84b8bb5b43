"""The selected run in short: state, best, tags, note and loss, drawn when the cursor has rested."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer

from workbench.plots.text import Row, Span
from workbench.store.cells import cell
from workbench.store.wording import ending
from workbench.tui.listing import Entry
from workbench.tui.widgets.rows import RowsView
from workbench.tui.widgets.run_table import COLORS

if TYPE_CHECKING:
    from workbench.plots.style import CurveStyle
    from workbench.store.history import History

REST_SECONDS = 0.15
LEAST_SECONDS = 0.5
"""Between two drawings."""
COST_FACTOR = 20
"""So many times its cost passes after a drawing before the next."""

LEAST_CHART = 6
"""Rows; with fewer a sentence stands there."""

NO_ROOM = "no room for a chart: enter opens the run"

BOLD, DIM, ITALIC = "1", "2", "3"
SGR = {"red": "31", "green": "32", "yellow": "33", "cyan": "36"}
"""The terminal's own colours, as a drawing names them."""


class RunPreview(RowsView):
    """Reads in a thread, one at a time, and draws what it hands back."""

    @dataclass
    class Drawn(Message):
        entry: Entry
        rows: Sequence[Row]
        cost: float

    def __init__(self) -> None:
        super().__init__()
        self._entry: Entry | None = None
        self._drawn: str | None = None
        self._style: CurveStyle | None = None
        self._rest: Timer | None = None
        self._history: tuple[str, History] | None = None
        self._is_reading = False
        self._next_at = 0.0

    def show(self, entry: Entry | None, style: CurveStyle) -> None:
        """Draw the entry when nothing else was asked for in the next moment."""
        self._entry, self._style = entry, style
        self._wait()

    def on_resize(self, event: events.Resize) -> None:
        self._wait()

    def _wait(self) -> None:
        if self._rest is not None:
            self._rest.stop()
        # Only a drawing of the same run waits until the last one has paid off.
        pause = self._next_at - time.monotonic() if self._is_drawn else 0
        self._rest = self.set_timer(max(REST_SECONDS, pause), self._draw)

    @property
    def _is_drawn(self) -> bool:
        """Whether what stands here is of the run that is asked for."""
        return self._entry is not None and self._drawn == self._entry.key

    def _draw(self) -> None:
        entry, style = self._entry, self._style
        if not self.display or not self.size:
            return
        if entry is None or style is None:
            self.show_rows(())
            self._drawn = None
            return
        if not self._is_drawn or entry.run is None:
            self.show_rows(self._head(entry, self.size.width))
            self._drawn = entry.key
        if entry.run is not None and not self._is_reading:
            self._is_reading = True
            work = partial(self._read, entry, style, self.size)
            self.run_worker(work, thread=True, group="preview", exit_on_error=False)

    def _read(self, entry: Entry, style: CurveStyle, size: Size) -> None:
        """In the thread: read what the run recorded, and post its drawing."""
        began = time.perf_counter()
        rows = self._head(entry, size.width)
        try:
            height = size.height - len(rows) - 1
            if height >= LEAST_CHART:
                rows += self._chart(entry, style, Size(size.width, height))
            elif height > 0:
                rows += self._wrapped(NO_ROOM, DIM, size.width)[:height]
        finally:  # also after an error: a preview that fails once is asked again
            self.post_message(self.Drawn(entry, rows, time.perf_counter() - began))

    def _head(self, entry: Entry, width: int) -> list[Row]:
        """The words, wrapped at `width` cells."""
        return [row for text, style in _words(entry) for row in self._wrapped(text, style, width)]

    def _wrapped(self, text: str, style: str, width: int) -> list[Row]:
        return [(Span(line.plain, style),) for line in Text(text).wrap(self.app.console, width)]

    def _chart(self, entry: Entry, style: CurveStyle, size: Size) -> Sequence[Row]:
        from workbench.plots.drawing import lay_out
        from workbench.plots.run_charts import RunCharts
        from workbench.store.history import History

        assert entry.run is not None
        if self._history is None or self._history[0] != entry.key:
            self._history = entry.key, History(entry.run.path)
        history = self._history[1]
        history.update()
        look = self.app.look
        chart = RunCharts(history).loss(style)
        if not chart.lines:
            return ()
        return ((), *lay_out(chart, *size, color=look.color, unicode=look.unicode).rows)

    def on_run_preview_drawn(self, event: Drawn) -> None:
        event.stop()
        self._is_reading = False
        self._next_at = time.monotonic() + max(LEAST_SECONDS, COST_FACTOR * event.cost)
        if self._entry is not None and event.entry.key == self._entry.key:
            self.show_rows(event.rows)
        if self._entry is not event.entry:
            self._wait()


def _words(entry: Entry) -> Iterator[tuple[str, str]]:
    """What is known of the entry, with the style of each part."""
    row = entry.row
    state = str(row.get("state", ""))
    yield str(row["id"]), BOLD
    yield ending(state, str(row.get("reason", ""))), SGR.get(COLORS.get(state, ""), "")
    if warning := row.get("warning"):
        yield f"warning: {warning}", SGR["yellow"]
    if entry.run is not None:
        yield _result(entry), ""
    if tags := row.get("tags"):
        yield str(tags), SGR["cyan"]
    if note := row.get("note"):
        yield str(note), ITALIC


def _result(entry: Entry) -> str:
    row = entry.row
    parts = [f"{cell(row, 'epochs')} epochs", cell(row, "seconds")]
    if "best" in row:
        parts.insert(0, f"best {cell(row, 'best')} in epoch {cell(row, 'best.epoch')}")
    return ", ".join(parts)
