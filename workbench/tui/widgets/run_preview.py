"""The selected run in short: state, best, tags, note and loss, drawn when the cursor has rested."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from workbench.store.cells import cell
from workbench.store.rows import Row
from workbench.store.wording import ending
from workbench.tui.listing import Entry
from workbench.tui.look import Look
from workbench.tui.widgets.rows import style_of
from workbench.tui.widgets.run_table import COLORS

if TYPE_CHECKING:
    from workbench.plots.style import CurveStyle
    from workbench.plots.text import Row as Spans
    from workbench.store.history import History

REST_SECONDS = 0.15
LEAST_SECONDS = 0.5
"""Between two drawings."""
COST_FACTOR = 20
"""So many times its cost passes after a drawing before the next."""

LEAST_CHART = 6


class RunPreview(Static):
    """Reads in a thread, one at a time, and draws what it hands back."""

    @dataclass
    class Drawn(Message):
        entry: Entry
        text: Text
        cost: float

    def __init__(self, look: Look) -> None:
        super().__init__("")
        self._look = look
        self._entry: Entry | None = None
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
        seconds = max(REST_SECONDS, self._next_at - time.monotonic())
        self._rest = self.set_timer(seconds, self._draw)

    def _draw(self) -> None:
        if self._is_reading or not self.display or not self.size:
            return
        entry, style = self._entry, self._style
        if entry is None or style is None:
            self.update(Text(""))
        elif entry.run is None:
            self.update(_head(entry))
        else:
            self._is_reading = True
            work = partial(self._read, entry, style, self.size)
            self.run_worker(work, thread=True, group="preview", exit_on_error=False)

    def _read(self, entry: Entry, style: CurveStyle, size: Size) -> None:
        """In the thread: read what the run recorded, and post its drawing."""
        began = time.perf_counter()
        text = _head(entry)
        try:
            height = size.height - len(text.wrap(self.app.console, size.width)) - 1
            if height >= LEAST_CHART:
                for row in self._chart(entry, style, Size(size.width, height)):
                    text.append("\n").append_text(_line(row))
        finally:  # also after an error: a preview that fails once is asked again
            self.post_message(self.Drawn(entry, text, time.perf_counter() - began))

    def _chart(self, entry: Entry, style: CurveStyle, size: Size) -> Sequence[Spans]:
        from workbench.plots.drawing import lay_out
        from workbench.plots.run_charts import RunCharts
        from workbench.store.history import History

        assert entry.run is not None
        if self._history is None or self._history[0] != entry.key:
            self._history = entry.key, History(entry.run.path)
        history = self._history[1]
        history.update()
        look = self._look
        chart = RunCharts(history).loss(style)
        if not chart.lines:
            return ()
        return ((), *lay_out(chart, *size, color=look.color, unicode=look.unicode).rows)

    def on_run_preview_drawn(self, event: Drawn) -> None:
        event.stop()
        self._is_reading = False
        self._next_at = time.monotonic() + max(LEAST_SECONDS, COST_FACTOR * event.cost)
        if self._entry is not None and event.entry.key == self._entry.key:
            self.update(event.text)
        if self._entry is not event.entry:
            self._wait()


def _head(entry: Entry) -> Text:
    row = entry.row
    state = str(row.get("state", ""))
    text = Text.assemble((str(row["id"]), "bold"))
    text.append(f"\n{ending(state, str(row.get('reason', '')))}", COLORS.get(state, ""))
    if warning := row.get("warning"):
        text.append(f"\nwarning: {warning}", "yellow")
    if entry.run is not None:
        text.append(f"\n{_result(row)}")
    if tags := row.get("tags"):
        text.append(f"\n{tags}", "cyan")
    if note := row.get("note"):
        text.append(f"\n{note}", "italic")
    return text


def _result(row: Row) -> str:
    parts = [f"{cell(row, 'epochs')} epochs", cell(row, "seconds")]
    if "best" in row:
        parts.insert(0, f"best {cell(row, 'best')} in epoch {cell(row, 'best.epoch')}")
    return ", ".join(parts)


def _line(row: Spans) -> Text:
    line = Text(no_wrap=True)
    for span in row:
        line.append(span.text, style_of(span.style))
    return line
