"""One of a few values: turned through with the arrows, or chosen from a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.events import Click, Key
from textual.widget import Widget

from workbench.config.wording import shown
from workbench.tui.screens.pick import Pick
from workbench.tui.widgets.line import TABS, act_in_order

MOVES: Sequence[BindingType] = (
    Binding("down", "app.focus_next", "Next", show=False, tooltip="Go to the next field"),
    Binding("up", "app.focus_previous", "Before", show=False, tooltip="Go to the field before"),
)


class Choice(Widget, can_focus=True):
    """One widget in place of the seven of a Select, of which a profile has a dozen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *TABS,
        *MOVES,
        Binding("left", "turn(-1)", "Value before", show=False),
        Binding("right,space", "turn(1)", "Next value", show=False),
        Binding("enter", "list", "Choose", tooltip="Choose from the list of values"),
    ]

    def __init__(
        self,
        title: str,
        choices: tuple[Any, ...],
        current: Callable[[], Any],
        choose: Callable[[Any], None],
    ) -> None:
        """`current` gives the value at any time; it may be none of the choices.

        `choose` is called with what a person chose, before the next key is looked at.
        """
        super().__init__()
        self._title = title
        self._choices = choices
        self._current = current
        self._choose = choose

    def render(self) -> Text:
        value = self._current()
        known = value in self._choices
        text = Text(spelled(value) if known else "choose one", "" if known else "italic")
        return Text.assemble("‹ ", text, " ›") if self.has_focus else Text.assemble(text, " ▾")

    def action_turn(self, by: int) -> None:
        value = self._current()
        place = self._choices.index(value) + by if value in self._choices else 0
        self._pick(place % len(self._choices))

    def action_list(self) -> None:
        options = [spelled(value) for value in self._choices]
        self.app.push_screen(Pick(self._title, options), self._picked)

    async def on_key(self, event: Key) -> None:
        await act_in_order(self, event)

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_list()

    def _picked(self, picked: int | str | None) -> None:
        if isinstance(picked, int):
            self._pick(picked)

    def _pick(self, place: int) -> None:
        if self._choices[place] != self._current() or self._current() not in self._choices:
            self._choose(self._choices[place])
            self.refresh()


def spelled(value: object) -> str:
    return value if isinstance(value, str) else shown(value)
