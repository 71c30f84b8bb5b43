"""What is laid over the form: the profile as TOML, and how it differs from another."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import DataTable, Static

from workbench.config.wording import printable, shortened
from workbench.tui.form.difference import Difference, by_item, value_text
from workbench.tui.form.groups import Table
from workbench.tui.form.saving import full_text, short_text

Writer = Callable[[Table], str]

PREVIEWS: tuple[tuple[str, Writer], ...] = (
    ("As it is saved: what differs from the defaults", short_text),
    ("With every default, as the run will keep it", full_text),
)


class Preview(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f3", "dismiss", "Close", show=False),
        Binding("tab,space", "turn", "Every default, or only what differs", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table
        self._place = 0

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            yield Static("", classes="dialog-title")
            with VerticalScroll(can_focus=False):
                yield Static("", id="preview")
            yield Static(Text("tab shows every default, escape closes"), classes="dialog-hint")

    def on_mount(self) -> None:
        self._show()

    def action_turn(self) -> None:
        self._place = (self._place + 1) % len(PREVIEWS)
        self._show()

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _show(self) -> None:
        title, text_of = PREVIEWS[self._place]
        self.query_one(".dialog-title", Static).update(Text(title))
        lines = Text("\n").join(map(_colored, text_of(self._table).splitlines()))
        self.query_one("#preview", Static).update(lines)


def _colored(line: str) -> Text:
    if line.startswith("["):
        return Text(line, "bold")
    key, equals, value = line.partition(" = ")
    return Text.assemble((key + equals, "dim" if equals else ""), value)


TakenOver = tuple[Difference, ...]
"""Those whose other value is to be taken over."""


class DifferenceSheet(ModalScreen[TakenOver | None]):
    """Dismisses with what is to be taken over; with None where nothing is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f4", "dismiss(None)", "Close", show=False),
        Binding("a", "take_all", "Take over all", show=False),
    ]

    def __init__(self, label: str, found: list[Difference]) -> None:
        super().__init__()
        self._label = label
        self._found = found

    def compose(self) -> ComposeResult:
        with Vertical(classes="sheet"):
            other = printable(" ".join(self._label.split()))
            yield Static(Text(f"This profile and {other}"), classes="dialog-title")
            yield DataTable(cursor_type="row")
            hint = "enter takes a value over, a list as a whole; a takes all, escape closes"
            yield Static(Text(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("key", "here", "there")
        width = max(self.size.width // 4, 12)
        for place, whole in enumerate(self._found):
            for each in by_item(whole):
                here, there = (shortened(value_text(v), width) for v in (each.here, each.there))
                row = Text(each.key), Text(here or "-", "dim"), Text(there or "-")
                table.add_row(*row, key=f"{place} {each.key}")

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        place = (event.row_key.value or "").partition(" ")[0]
        self.dismiss((self._found[int(place)],))

    def action_take_all(self) -> None:
        self.dismiss(tuple(self._found))
