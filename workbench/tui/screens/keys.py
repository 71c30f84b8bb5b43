"""`?`: every key of the screen below, and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import ActiveBinding, Binding, BindingType
from textual.containers import VerticalScroll
from textual.dom import DOMNode
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

TITLES = ("This screen", "Where the cursor is", "Everywhere")


class KeysScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "dismiss", "Close", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("up,k", "scroll(-1)", show=False),
    ]

    def __init__(self, bindings: Iterable[ActiveBinding]) -> None:
        super().__init__()
        self._shown = [each for each in bindings if each.binding.description and each.enabled]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog keys") as dialog:
            dialog.border_subtitle = "escape closes"
            for title in TITLES:
                keys = self._keys(title)
                if keys:
                    yield Static(Text(title), classes="dialog-title")
                    yield Static(_table(keys), classes="dialog-text")

    def action_scroll(self, rows: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)

    def _keys(self, title: str) -> dict[str, list[str]]:
        """What a key does, and the keys that do it; those of every program come last."""
        keys: dict[str, list[str]] = {}
        for each in sorted(self._shown, key=lambda each: not each.binding.tooltip):
            if _title(each.node) == title:
                what = each.binding.tooltip or each.binding.description
                keys.setdefault(what, []).append(self.app.get_key_display(each.binding))
        return keys


def _title(node: DOMNode) -> str:
    if isinstance(node, App):
        return TITLES[2]
    return TITLES[0] if isinstance(node, Screen) else TITLES[1]


def _table(keys: dict[str, list[str]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for what, names in keys.items():
        table.add_row(Text(" ".join(dict.fromkeys(names)), "bold"), Text(what))
    return table
