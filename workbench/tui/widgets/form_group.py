"""A table of the profile, or the head of a list of them, in the form."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Click
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from workbench.config.wording import counted, printable
from workbench.tui.form.groups import Group, ListGroup
from workbench.tui.widgets.form_row import FormRow


class FormPart(Vertical):
    """What shows a group of either sort, as long as that is part of the profile."""

    group: Group | ListGroup


class FormGroup(FormPart):
    """Its rows stay as long as its table is in the profile."""

    def __init__(self, group: Group) -> None:
        super().__init__(classes="-item" if group.is_item else "")
        self.group = group
        self._rows = [FormRow(group, field) for field in group.fields]

    def compose(self) -> ComposeResult:
        yield Static(Text(printable(self.group.title)), classes="form-title")
        yield from self._rows


class FormList(FormPart):
    def __init__(self, group: ListGroup) -> None:
        super().__init__()
        self.group = group
        self._list = group

    def compose(self) -> ComposeResult:
        yield Static(Text(self.group.title), classes="form-title")
        yield AddItem(self._list)

    def show(self) -> None:
        self.query_one(AddItem).refresh()


class AddItem(Widget, can_focus=True):
    """The place to add an item to a list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "add", "Add", tooltip="Add an item, of a kind to be chosen")
    ]

    class Asked(Message):
        def __init__(self, group: ListGroup) -> None:
            super().__init__()
            self.group = group

    def __init__(self, group: ListGroup) -> None:
        super().__init__()
        self.group = group

    def render(self) -> Text:
        count = counted(len(self.group.items), "item") if self.group.items else "none yet"
        hint = "enter adds one" if self.has_focus else "+ add"
        return Text.assemble(f"{count}  ", (hint, "bold" if self.has_focus else "dim"))

    def action_add(self) -> None:
        self.post_message(self.Asked(self.group))

    def on_click(self, event: Click) -> None:
        event.stop()
        self.action_add()
