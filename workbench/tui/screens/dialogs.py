"""Small questions over a screen: choose one of a few answers, or type one line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from workbench.tui.widgets.line import Line


@dataclass(frozen=True)
class Answer:
    """One that can be chosen, by its key or by its button."""

    value: str
    key: str
    label: str


class Question(ModalScreen[str]):
    """Dismisses with the value of the answer; escape gives the last one, which changes nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stay", "Stay", show=False),
        Binding("left,h", "app.focus_previous", show=False),
        Binding("right,l", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            yield Static(Text(self._text), classes="dialog-text")
            with Horizontal(classes="dialog-answers"):
                for answer in self._answers:
                    label = Text(f"{answer.label} ({answer.key})")
                    yield Button(label, id=f"answer-{answer.value}", compact=True)

    def on_mount(self) -> None:
        for answer in self._answers:
            self._bindings.bind(answer.key, f"answer('{answer.value}')", answer.label)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss((event.button.id or "").removeprefix("answer-"))

    def action_answer(self, value: str) -> None:
        self.dismiss(value)

    def action_stay(self) -> None:
        self.dismiss(self._answers[-1].value)


Check = Callable[[str], str]
"""Says what is wrong with a line; empty for a good one."""


def anything(text: str) -> str:
    return ""


class Prompt(ModalScreen[str | None]):
    """Asks for one line of text; dismisses with it, or with None on escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel", show=False)]

    def __init__(self, title: str, text: str = "", *, value: str = "", check: Check = anything):
        super().__init__()
        self._title = title
        self._text = text
        self._value = value
        self._check = check

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Text(self._title), classes="dialog-title")
            if self._text:
                yield Static(Text(self._text), classes="dialog-text")
            yield Line(self._value, compact=True, select_on_focus=False)
            yield Static("", classes="dialog-problem")
            yield Static(Text("enter accepts, escape cancels"), classes="dialog-hint")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(".dialog-problem", Static).update(Text(self._check(event.value)))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._check(event.value):
            self.app.bell()
        else:
            self.dismiss(event.value)

    def action_cancel(self) -> None:
        self.dismiss(None)
