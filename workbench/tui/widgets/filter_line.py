"""The line under the table of runs in which a filter is typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from workbench.tui.widgets.line import Line


class FilterLine(Horizontal):
    """Shown while there is a filter, or one is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "clear", "Clear", tooltip="Show all runs again"),
        # Before the field's own keys to scroll, which do nothing in one line.
        Binding("down,up", "leave", "Table", priority=True, tooltip="Back to the table"),
    ]

    @dataclass
    class Changed(Message):
        text: str

    class Left(Message):
        """The keys go to the table again; the filter stays."""

    def compose(self) -> ComposeResult:
        yield Static(Text("/"), id="filter-sign")
        yield Line(placeholder="words, or optimizer.lr<=1e-3 state=finished", compact=True)
        yield Static("", id="filter-news")

    def open(self) -> None:
        self.add_class("-open")
        self.query_one(Line).focus()

    def tell(self, text: str, problem: str = "") -> None:
        """Say at its end what the filter comes to, or rather what is wrong with it."""
        self.set_class(bool(problem), "-problem")
        self.query_one("#filter-news", Static).update(Text(problem or text))

    def clear(self) -> None:
        self.query_one(Line).value = ""
        self.remove_class("-open")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        self.set_class(bool(self.query_one(Line).value), "-open")
        self.post_message(self.Left())

    def action_clear(self) -> None:
        self.clear()
        self.post_message(self.Left())
