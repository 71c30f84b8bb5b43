"""The end of a run's log; it follows what is appended until one scrolls up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import chop_cells
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.plots.text import Row, Span
from workbench.tui.widgets.chart import sentence
from workbench.tui.widgets.rows import strip_of


class LogView(ScrollView, can_focus=True):
    """Long lines are folded at the width there is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False, tooltip="Scroll the log down"),
        Binding("up,k", "scroll_up", "Up", show=False, tooltip="Scroll the log up"),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._lines: Sequence[str] = ()
        self._folded: Sequence[str] = ()
        self._parts: dict[str, list[str]] = {}
        """The rows that each line takes, as far as it was folded before."""
        self._width = 0
        self._end = 0
        """How far it could be scrolled when it was folded last."""
        self._words = ""

    def say(self, words: str) -> None:
        """A sentence where there is no line."""
        self._words = words
        self._fold()

    def show(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._fold()

    def on_resize(self) -> None:
        self._fold()

    def render_line(self, y: int) -> Strip:
        width, style = self.size.width, self.rich_style
        rows: Sequence[Row] = (
            [(Span(line),) for line in self._folded[self.scroll_offset.y + y :][:1]]
            if self._folded
            else sentence(self._words, *self.size)[y : y + 1]
        )
        if not rows:
            return Strip.blank(width, style)
        return strip_of(rows[0], color=True).apply_style(style).crop_extend(0, width, style)

    def _fold(self) -> None:
        if not self.size.area:
            return
        # Where it is lower by now, it stands above its end without anybody having scrolled.
        follows = self.scroll_offset.y >= min(self._end, self.max_scroll_y)
        width = self.scrollable_content_region.width
        known = self._parts if width == self._width else {}
        self._width = width
        self._parts = {
            line: known.get(line) or chop_cells(line, width) or [""] for line in self._lines
        }
        self._folded = [part for line in self._lines for part in self._parts[line]]
        self.virtual_size = Size(width, len(self._folded))
        self._end = self.max_scroll_y
        if follows:
            self.scroll_end(animate=False)
        self.refresh()
