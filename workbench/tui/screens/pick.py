"""A list over a screen, of which one is picked; what is typed narrows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from workbench.tui.widgets.line import Line

Offer = Callable[[str], str]
"""What can be done with the text typed itself, in words; empty for nothing."""

MOST_OPTIONS = 200
"""That are shown at once; typing finds the others."""


def no_offer(text: str) -> str:
    return ""


class Pick(ModalScreen[int | str | None]):
    """Dismisses with the place of the option, with the text typed, or with None on escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("enter", "accept", show=False),
    ]

    def __init__(self, title: str, options: Sequence[str], offer: Offer = no_offer) -> None:
        super().__init__()
        self._title = title
        self._options = options
        self._offer = offer

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog pick"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Line(placeholder="type to narrow", compact=True)
            yield OptionList(compact=True)
            yield Static(Text("enter picks, escape cancels"), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self._show("")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_accept()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_accept()

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_accept(self) -> None:
        options = self.query_one(OptionList)
        if options.highlighted is None:
            self.app.bell()
            return
        name = options.get_option_at_index(options.highlighted).id
        self.dismiss(int(name) if name else self.query_one(Line).value)

    def action_cancel(self) -> None:
        self.dismiss(None)

    def _show(self, typed: str) -> None:
        words = typed.lower().split()
        fitting = [
            Option(Text(label), id=str(place))
            for place, label in enumerate(self._options)
            if all(word in label.lower() for word in words)
        ][:MOST_OPTIONS]
        offer = self._offer(typed)
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options([*fitting, *([Option(Text(offer))] if offer else [])])
        options.highlighted = 0 if options.option_count else None
