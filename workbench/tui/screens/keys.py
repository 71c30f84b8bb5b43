"""`?`: every key of the screen below, and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static


class KeysScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Close", show=False)
    ]

    def __init__(self, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._shown = [each.binding for each in bindings if each.binding.description]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog keys"):
            yield Static(Text("Keys"), classes="dialog-title")
            yield Static(self._table())
            yield Static(Text("escape closes"), classes="dialog-hint")

    def _table(self) -> Table:
        keys: dict[tuple[str, str], list[str]] = {}
        for binding in self._shown:
            name = self.app.get_key_display(binding)
            keys.setdefault((binding.action, binding.tooltip or binding.description), []).append(
                name
            )
        table = Table.grid(padding=(0, 2, 0, 0))
        for (_, text), names in keys.items():
            table.add_row(Text(" ".join(dict.fromkeys(names)), "bold"), Text(text))
        return table
