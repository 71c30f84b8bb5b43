"""The table of runs: draws only the lines in sight, and again only those that changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from workbench.store.cells import STATE_COLORS
from workbench.tui.groups import Group, body_of
from workbench.tui.listing import Entry
from workbench.tui.widgets.run_cells import GAP, Column, Texts, columns_of, fitted, texts_of

MARK_WIDTH = 2
COLORS = STATE_COLORS | {"waiting": "cyan", "preparing": "cyan"}


class RunTable(ScrollView, can_focus=True):
    """The cursor stays on its entry, by its key, however the lines move.

    Between the entries stand the headings of their groups, where they are
    grouped: the cursor passes over them.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
        Binding("home,g", "edge(0)", "First", show=False),
        Binding("end,G", "edge(-1)", "Last", show=False),
        Binding("right,l", "sideways(8)", "Right", show=False, tooltip="Columns to the right"),
        Binding("left,h", "sideways(-8)", "Left", show=False, tooltip="Columns to the left"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "run-table--header",
        "run-table--cursor",
        "run-table--mark",
        "run-table--group",
    }

    @dataclass
    class Moved(Message):
        """The cursor stands on another entry, or the entry changed."""

        entry: Entry | None

    class Opened(Message):
        """The entry under the cursor was clicked twice."""

    @dataclass
    class HeaderClicked(Message):
        name: str

    def __init__(self, *, unicode: bool = True) -> None:
        super().__init__()
        self._unicode = unicode
        self._entries: Sequence[Entry] = ()
        self._body: Sequence[int | Group] = ()
        """What stands in the lines below the header: places of entries, and headings."""
        self._lines_of: Sequence[int] = ()
        """In which of these lines each entry stands."""
        self._names: tuple[str, ...] = ()
        self._sort = ""
        self._marked: Collection[str] = ()
        self._texts: dict[str, tuple[Entry, Texts]] = {}
        self._columns: Sequence[Column] = ()
        self._cursor = 0

    @property
    def entries(self) -> Sequence[Entry]:
        """As they are shown, from above to below."""
        return self._entries

    @property
    def entry(self) -> Entry | None:
        """Under the cursor; None in an empty table."""
        return self._entries[self._cursor] if self._entries else None

    def show(
        self, groups: Sequence[Group], names: Sequence[str], sort: str, marked: Collection[str]
    ) -> None:
        """Show entries with the named columns; `sort` is the column that they are sorted by."""
        before, was = self._lines(), self.entry
        if tuple(names) != self._names:
            self._texts = {}
        self._names, self._sort, self._marked = tuple(names), sort, frozenset(marked)
        self._entries = [entry for group in groups for entry in group.entries]
        self._body = body_of(groups)
        self._lines_of = [line for line, what in enumerate(self._body) if isinstance(what, int)]
        self._texts = {each.key: self._known(each) for each in self._entries}
        self._cursor = self._place_of(was.key if was else None)
        self._lay_out()
        self._refresh_changed(before)
        if self.entry != was:
            self.post_message(self.Moved(self.entry))

    def move_to(self, place: int) -> None:
        """Put the cursor on an entry, from 0; beyond an end it stands on that end."""
        place = max(0, min(place, len(self._entries) - 1))
        if place == self._cursor or not self._entries:
            return
        before, self._cursor = self._cursor, place
        self._refresh_row(self._lines_of[before])
        self._refresh_row(self._lines_of[place])
        self._scroll_to_cursor()
        self.post_message(self.Moved(self.entry))

    def _known(self, entry: Entry) -> tuple[Entry, Texts]:
        known = self._texts.get(entry.key)
        if known and known[0] is entry:
            return known
        return entry, texts_of(entry.row, self._names, unicode=self._unicode)

    def _place_of(self, key: str | None) -> int:
        """Where an entry stands now; where it is gone, the place it had."""
        keys = (place for place, each in enumerate(self._entries) if each.key == key)
        return next(keys, max(0, min(self._cursor, len(self._entries) - 1)))

    def _lay_out(self) -> None:
        rows = [entry.row for entry in self._entries]
        texts = [self._texts[entry.key][1] for entry in self._entries]
        width = self.scrollable_content_region.width - MARK_WIDTH
        self._columns = columns_of(self._names, rows, texts, width)
        wide = MARK_WIDTH + sum(column.width + GAP for column in self._columns) - GAP
        self.virtual_size = Size(wide, len(self._body) + 1)
        self._scroll_to_cursor()

    def _lines(self) -> list[object]:
        """What is drawn, line by line, to compare: the first is the header."""
        header = (self._columns, self._sort)
        return [header, *(self._line(what) for what in self._body)]

    def _line(self, what: int | Group) -> object:
        if isinstance(what, Group):
            return what.name, what.value, what.size
        key = self._entries[what].key
        return self._texts[key][1], key in self._marked, what == self._cursor

    def _refresh_changed(self, before: Sequence[object]) -> None:
        after = self._lines()
        if before[0] != after[0] or len(before) != len(after):
            self.refresh()
            return
        for row, (old, new) in enumerate(zip(before[1:], after[1:], strict=True)):
            if old != new:
                self._refresh_row(row)

    def _refresh_row(self, row: int) -> None:
        line = row + 1 - round(self.scroll_y)
        if 1 <= line < self.size.height:
            self.refresh(Region(0, line, self.size.width, 1))

    def _scroll_to_cursor(self) -> None:
        if not self._entries:
            return
        line = self._lines_of[self._cursor]
        heading = line - 1 if line and isinstance(self._body[line - 1], Group) else line
        shown = max(self.scrollable_content_region.height - 1, 1)
        top = min(max(round(self.scroll_y), line - shown + 1), heading)
        if top != round(self.scroll_y):
            self.scroll_to(y=top, animate=False, immediate=True)

    def on_resize(self) -> None:
        self._lay_out()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw a line of the screen; the header stays, and so does the first column."""
        width = self.scrollable_content_region.width
        row = y + round(self.scroll_y) - 1
        if y == 0:
            style = self.get_component_rich_style("run-table--header")
            return self._scrolled(self._header(style), style, width)
        if row >= len(self._body):
            return Strip.blank(width, self.rich_style)
        what = self._body[row]
        if isinstance(what, Group):
            return self._heading(what).adjust_cell_length(width, self.rich_style)
        style = self._row_style(what)
        return self._scrolled(self._row(what, style), style, width)

    def _scrolled(self, cells: list[Segment], style: Style, width: int) -> Strip:
        fixed, rest = Strip(cells[:2]), Strip(cells[2:])
        moved = rest.crop(round(self.scroll_x)) if self.scroll_x else rest
        return Strip.join([fixed, moved]).adjust_cell_length(width, style).simplify()

    def _row_style(self, place: int) -> Style:
        if place != self._cursor:
            return self.rich_style
        return self.get_component_rich_style("run-table--cursor")

    def _header(self, style: Style) -> list[Segment]:
        segments = [Segment(" " * MARK_WIDTH, style)]
        for column in self._columns:
            title = column.name + self._arrow(column.name)
            text = fitted(title, column, unicode=self._unicode)
            segments.append(Segment(text + " " * GAP, style))
        return segments

    def _arrow(self, name: str) -> str:
        if self._sort.removeprefix("-") != name:
            return ""
        up, down = ("↑", "↓") if self._unicode else ("^", "v")
        return f" {down if self._sort.startswith('-') else up}"

    def _heading(self, group: Group) -> Strip:
        """`optimizer.kind  adam  12 runs`: it stays where it is when the columns scroll."""
        style = self.get_component_rich_style("run-table--group")
        value, muted = style + Style(bold=True), style + Style(dim=True)
        named = [Segment(f"{group.name} ", style), Segment(group.value, value)]
        lacking = [Segment(f"no {group.name}", style)]
        return Strip([*(named if group.value else lacking), Segment(f"  {group.size}", muted)])

    def _row(self, place: int, style: Style) -> list[Segment]:
        entry = self._entries[place]
        mark = ("● " if self._unicode else "* ") if entry.key in self._marked else "  "
        mark_style = style + self.get_component_rich_style("run-table--mark", partial=True)
        segments = [Segment(mark, mark_style)]
        for column, text in zip(self._columns, self._texts[entry.key][1], strict=True):
            color = COLORS.get(text) if column.name == "state" else None
            shown = fitted(text, column, unicode=self._unicode) + " " * GAP
            segments.append(Segment(shown, style + Style(color=color) if color else style))
        return segments

    def on_click(self, event: events.Click) -> None:
        event.stop()
        if event.y == 0:
            if name := self._column_at(event.x):
                self.post_message(self.HeaderClicked(name))
            return
        row = event.y + round(self.scroll_y) - 1
        what = self._body[row] if row < len(self._body) else None
        if isinstance(what, int):
            self.move_to(what)
            if event.chain == 2:
                self.post_message(self.Opened())

    def _column_at(self, x: int) -> str:
        left = MARK_WIDTH
        for place, column in enumerate(self._columns):
            right = left + column.width + GAP
            if left <= (x if place == 0 else x + round(self.scroll_x)) < right:
                return column.name
            left = right
        return ""

    def action_move(self, places: int) -> None:
        self.move_to(self._cursor + places)

    def action_page(self, pages: int) -> None:
        self.move_to(self._cursor + pages * max(self.size.height - 2, 1))

    def action_edge(self, place: int) -> None:
        self.move_to(place if place == 0 else len(self._entries) - 1)

    def action_sideways(self, cells: int) -> None:
        self.scroll_relative(x=cells, animate=False)
