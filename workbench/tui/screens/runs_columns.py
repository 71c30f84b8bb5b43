"""The checklist of the table's columns, found by typing, in an order of one's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static

from workbench.store.rows import Row, flatten
from workbench.tui.listing import Entry
from workbench.tui.widgets.line import Line

HINT = "enter checks, shift+up/down moves, ctrl+d: all that differs, escape closes"


def names_of(rows: Iterable[Row]) -> list[str]:
    """All that the runs have values of, in the order of their first appearance."""
    return [*dict.fromkeys(name for row in rows for name in row)]


def differing(entries: Iterable[Entry]) -> list[str]:
    """The keys of the profiles in which the runs differ; a key that one lacks differs."""
    profiles = [flatten(each.run.profile) for each in entries if each.run is not None]
    keys = dict.fromkeys(key for profile in profiles for key in profile)
    return [
        key
        for key in keys
        if key != "name" and len({repr(profile.get(key)) for profile in profiles}) > 1
    ]


class ColumnsDialog(ModalScreen[tuple[str, ...]]):
    """Dismisses with the names that are checked, in their order."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("down", "cursor('down')", "Down", show=False),
        Binding("up", "cursor('up')", "Up", show=False),
        Binding("shift+up,ctrl+up", "shift(-1)", "Move up", show=False, priority=True),
        Binding("shift+down,ctrl+down", "shift(1)", "Move down", show=False, priority=True),
        Binding("ctrl+d", "differing", "What differs", show=False, priority=True),
    ]

    def __init__(
        self, names: Sequence[str], checked: Sequence[str], differing: Callable[[], Sequence[str]]
    ) -> None:
        """`names` can be checked, `checked` are; `differing` finds what ctrl+d checks."""
        super().__init__()
        self._names = names
        self._checked = [*checked]
        self._differing = differing
        self._shown: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog columns"):
            yield Static(Text("Columns"), classes="dialog-title")
            yield Line(placeholder="type a part of a name", compact=True)
            options = OptionList(compact=True, markup=False)
            options.can_focus = False  # keys go to the line above
            yield options
            yield Static(Text(HINT), classes="dialog-hint")

    def on_mount(self) -> None:
        self._list(at=0)

    def _list(self, *, at: int) -> None:
        typed = self.query_one(Line).value.strip().casefold()
        names = dict.fromkeys([*self._checked, *self._names])
        self._shown = [name for name in names if typed in name.casefold()]
        options = self.query_one(OptionList)
        options.set_options([self._line(name) for name in self._shown])
        if self._shown:
            options.highlighted = min(at, len(self._shown) - 1)

    def _line(self, name: str) -> Text:
        if name in self._checked:
            return Text.assemble(("✓ ", "bold"), (name, "bold"))
        return Text(f"  {name}")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(at=0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if (place := self.query_one(OptionList).highlighted) is not None:
            self._switch(place)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._switch(event.option_index)

    def _switch(self, place: int) -> None:
        name = self._shown[place]
        if name not in self._checked:
            self._checked.append(name)
        elif len(self._checked) > 1:
            self._checked.remove(name)
        else:
            self.app.bell()  # a table needs a column
        self._list(at=place)

    def action_cursor(self, where: str) -> None:
        options = self.query_one(OptionList)
        if where == "down":
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_shift(self, places: int) -> None:
        """Move the checked name under the cursor among the checked ones."""
        place = self.query_one(OptionList).highlighted
        name = self._shown[place] if place is not None else ""
        if name not in self._checked:
            return
        at = self._checked.index(name)
        to = max(0, min(at + places, len(self._checked) - 1))
        self._checked.insert(to, self._checked.pop(at))
        self._list(at=0)
        self.query_one(OptionList).highlighted = self._shown.index(name)

    def action_differing(self) -> None:
        self._checked += [name for name in self._differing() if name not in self._checked]
        self._list(at=0)

    def action_close(self) -> None:
        self.dismiss(tuple(self._checked))
