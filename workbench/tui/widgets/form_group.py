"""A table of the profile, or the head of a list of them, in the form."""

from __future__ import annotations

from itertools import takewhile
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
from workbench.tui.widgets.form_row import Edit, FormRow


class FormGroup(Vertical):
    """It stays as long as there is a table at its place, and so do the rows that fit this."""

    def __init__(self, group: Group, edit: Edit) -> None:
        super().__init__(classes="-item" if group.is_item else "")
        self.group = group
        self._edit = edit
        self.rows = [FormRow(group, field, edit) for field in group.fields]

    @property
    def first(self) -> Widget:
        """What gets the focus of who goes here."""
        return self.rows[0].editor

    def compose(self) -> ComposeResult:
        yield Static(Text(printable(self.group.title)), classes="form-title")
        yield from self.rows

    def follow(self, group: Group | ListGroup | None) -> bool:
        """Go on with another table: the upper rows, the kind's first, stay as far as they fit.

        False where there is no table at its place any more.
        """
        if not isinstance(group, Group):
            return False
        self.group = group
        pairs = zip(self.rows, group.fields, strict=False)
        fitting = [*takewhile(lambda pair: pair[0].field.resembles(pair[1]), pairs)]
        for row, field in fitting:
            row.bind_to(group, field)
        self.rows = self.rows[: len(fitting)]
        return True

    async def complete(self) -> None:
        """Have a row for each field, and no other."""
        await self.remove_children([row for row in self.query(FormRow) if row not in self.rows])
        missing = self.group.fields[len(self.rows) :]
        new = [FormRow(self.group, field, self._edit) for field in missing]
        self.rows = [*self.rows, *new]
        await self.mount_all(new)


class FormList(Vertical):
    def __init__(self, group: ListGroup) -> None:
        super().__init__()
        self.group = group
        self.first = AddItem(group)

    def compose(self) -> ComposeResult:
        yield Static(Text(self.group.title), classes="form-title")
        yield self.first

    def follow(self, group: Group | ListGroup | None) -> bool:
        """Go on with another list; False where there is none at its place any more."""
        if not isinstance(group, ListGroup):
            return False
        self.group = self.first.group = group
        self.first.refresh()
        return True


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
