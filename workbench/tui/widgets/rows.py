"""A widget made of rows of spans, of which only those that changed are sent."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import getters
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from workbench.plots.text import Row
from workbench.tui.app import WorkbenchApp

EMPTY: Row = ()
PLAIN = Style()


@lru_cache(maxsize=1024)
def style_of(parameters: str) -> Style:
    """The style that parameters of ANSI's SGR mean, as `1;36`."""
    if not parameters:
        return PLAIN
    spans = Text.from_ansi(f"\x1b[{parameters}mx").spans
    style = spans[0].style if spans else PLAIN
    return style if isinstance(style, Style) else PLAIN


def strip_of(row: Row, *, color: bool) -> Strip:
    return Strip(Segment(span.text, style_of(span.style) if color else PLAIN) for span in row)


class RowsView(Widget):
    """Shows what `show_rows` is given, from its first line on; what is too long is cut."""

    app = getters.app(WorkbenchApp)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._rows: tuple[Row, ...] = ()
        self._strips: tuple[Strip, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; those that are the same as before cost nothing."""
        before, old = self._rows, self._strips
        same = [new == was for new, was in zip(rows, before, strict=False)]
        same += [False] * (len(rows) - len(same))
        color = self.app.look.color
        self._rows = tuple(rows)
        self._strips = tuple(
            old[y] if same[y] else strip_of(row, color=color) for y, row in enumerate(rows)
        )
        for y, (new, was) in enumerate(zip_longest(self._rows, before, fillvalue=EMPTY)):
            if new != was:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        width, style = self.size.width, self.rich_style
        if y >= len(self._strips):
            return Strip.blank(width, style)
        return self._strips[y].apply_style(style).crop_extend(0, width, style)
