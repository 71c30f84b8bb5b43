"""What the table of runs shows: its filter, order, groups, columns, marks and preview, by keys."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from rich.text import Text

from workbench.store.runs import Run
from workbench.tui.groups import ALWAYS
from workbench.tui.listing import Listing
from workbench.tui.screens.runs_actions import RunActions
from workbench.tui.screens.runs_columns import ColumnsDialog, differing, names_of
from workbench.tui.screens.runs_menu import Menu
from workbench.tui.widgets.filter_line import FilterLine
from workbench.tui.widgets.run_table import RunTable


class RunsView(RunActions):
    listing: Listing
    table: RunTable

    def __init__(self) -> None:
        super().__init__()
        self.line = ""
        """The filter as it was typed."""
        self.marks: set[str] = set()

    def show(self) -> None:
        """Bring the table up to what is known; only what differs is drawn."""
        raise NotImplementedError

    def show_preview(self) -> None:
        raise NotImplementedError

    @property
    def marked(self) -> Sequence[Run]:
        shown = self.table.entries
        marked = [each.run for each in shown if each.key in self.marks and each.run]
        here = [self.entry.run] if self.entry and self.entry.run else []
        return marked or here

    def on_run_table_header_clicked(self, event: RunTable.HeaderClicked) -> None:
        self._sort_by(event.name)

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    def on_filter_line_changed(self, event: FilterLine.Changed) -> None:
        self.line = event.text.strip()
        self.show()

    def on_filter_line_left(self, event: FilterLine.Left) -> None:
        self.table.focus()

    def action_clear(self) -> None:
        if self.marks:
            self.marks.clear()
            self.show()
        else:
            self.query_one(FilterLine).clear()

    def action_mark(self) -> None:
        if self.entry is not None:
            self.marks ^= {self.entry.key}
            self.show()
            self.table.action_move(1)

    def action_sort(self) -> None:
        names = self.app.settings.columns
        now = self.app.settings.sort
        lines = [Text(f"{name}{_order(now) if name == now.lstrip('-') else ''}") for name in names]
        at = names.index(now.lstrip("-")) if now.lstrip("-") in names else 0
        self.app.push_screen(
            Menu("Sort by", lines, at=at),
            lambda place: None if place is None else self._sort_by(names[place]),
        )

    def _sort_by(self, name: str) -> None:
        """Numbers from large to small first, texts from A to Z; a second time the other way."""
        now = self.app.settings.sort
        if now.removeprefix("-") == name:
            down = not now.startswith("-")
        else:
            values = [entry.row.get(name) for entry in self.listing.entries]
            down = name == "id" or any(isinstance(value, int | float) for value in values)
        self.app.remember(sort=f"-{name}" if down else name)
        self.show()

    def action_group(self) -> None:
        now = self.app.settings.group
        differ = differing(self.listing.entries)
        names = [*dict.fromkeys(["", *ALWAYS, *differ, now])]
        self.app.push_screen(
            Menu("Group by", [Text(name or "nothing") for name in names], at=names.index(now)),
            lambda place: None if place is None else self._group_by(names[place]),
        )

    def _group_by(self, name: str) -> None:
        self.app.remember(group=name)
        self.show()

    def action_columns(self) -> None:
        entries = self.listing.entries
        shown = partial(differing, self.table.entries)
        names = names_of(entry.row for entry in entries)
        dialog = ColumnsDialog(names, self.app.settings.columns, shown)
        self.app.push_screen(dialog, self._set_columns)

    def _set_columns(self, columns: tuple[str, ...] | None) -> None:
        if columns:
            self.app.remember(columns=columns)
            self.show()

    def action_preview(self) -> None:
        self.app.remember(preview=not self.app.settings.preview)
        self.set_class(self.app.settings.preview, "-preview")
        self.show_preview()


def _order(sort: str) -> str:
    return ", from large to small" if sort.startswith("-") else ", from small to large"
