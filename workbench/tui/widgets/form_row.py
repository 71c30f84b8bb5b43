"""One field of the form: its name, its editor, its default, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rich.cells import set_cell_size
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from workbench.config.wording import dotted, printable, shortened
from workbench.tui.form.fields import ABSENT, Field
from workbench.tui.form.groups import Group
from workbench.tui.form.text import read, written_alike
from workbench.tui.themes import text_color
from workbench.tui.widgets.form_choice import MOVES, Choice, spelled
from workbench.tui.widgets.line import Line

NORMAL_COLUMNS = 64
"""Of a screen from which on there is room for the defaults."""

NAME_COLUMNS, NARROW_NAME_COLUMNS = 24, 15
DEFAULT_COLUMNS = 24


class FieldLine(Line):
    """In which a field's value is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [*MOVES]


Edit = Callable[["FormRow", Any], None]


class FormRow(Widget):
    """Bound to a table itself, not to where it lies.

    It draws everything but the editor by itself: a form of fifty rows has a
    hundred widgets and not three hundred.
    """

    def __init__(self, group: Group, field: Field, edit: Edit) -> None:
        """`edit` is called with the row and each value that a person gives, `ABSENT` for none.

        It is called and not posted: a key that comes next may act on the whole.
        """
        super().__init__()
        self.group = group
        self.field = field
        self._edit = edit
        self.problem = ""
        self._differs = field.differs(group.table)
        self._text = field.text(group.table)
        self.editor = self._new_editor()

    @property
    def path(self) -> str:
        return dotted((*self.group.path, self.field.name))

    @property
    def differs(self) -> bool:
        return self._differs

    def _new_editor(self) -> Choice | FieldLine:
        if self.field.choices:
            return Choice(self.path, self.field.choices, self._value, self._give)
        default = shortened(self.field.default_text) or "needed" * self._is_needed
        return FieldLine(self._text, placeholder=default, compact=True, select_on_focus=False)

    def compose(self) -> ComposeResult:
        yield self.editor

    def on_mount(self) -> None:
        if isinstance(self.editor, FieldLine):
            self.watch(self.editor, "value", self._type, init=False)

    @property
    def _is_needed(self) -> bool:
        return self.field.default is ABSENT

    def _value(self) -> Any:
        return self.field.value(self.group.table)

    def render(self) -> Text:
        colors = self.app.theme_variables
        # Not by the screen's class, which may come after this: nothing draws the row again then.
        narrow = self.screen.size.width < NORMAL_COLUMNS
        columns = NARROW_NAME_COLUMNS if narrow else NAME_COLUMNS
        wrong, changed = text_color(colors, "text-error"), text_color(colors, "text-accent")
        mark = ("! ", wrong) if self.problem else ("• ", changed) if self.differs else ("  ", "")
        name = set_cell_size(printable(self.field.name), columns - 3) + " "
        text = Text.assemble(mark, (name, "bold" if self.has_focus_within else ""), no_wrap=True)
        if self.differs and not narrow and self.field.default is not ABSENT:
            default = spelled(self.field.default) if self.field.choices else self.field.default_text
            word = shortened(f"default {default}", DEFAULT_COLUMNS - 2)
            text.append(" " * (self.size.width - columns - len(word) - 1))
            text.append(word, text_color(colors, "text-muted"))
        if self.problem:
            indent = 2 if narrow else columns
            room = max(self.size.width - indent, 1)
            text.append("\n" + " " * indent)
            text.append(shortened(self.problem, room), wrong)
        return text

    def bind_to(self, group: Group, field: Field) -> None:
        """Go on with another table, and a field that resembles the one so far."""
        self.group, self.field = group, field
        self.load()

    def show(self, problem: str) -> None:
        """Draw what has changed: whether the value is the default's, and what is wrong with it."""
        differs = self.field.differs(self.group.table)
        if (problem, differs) != (self.problem, self._differs):
            self.problem, self._differs = problem, differs
            self.set_class(bool(problem), "-wrong")
            self.refresh()

    def load(self) -> None:
        """Show the table's value, where it was not this editor that wrote it."""
        if isinstance(self.editor, Choice):
            self.editor.refresh()
        elif not written_alike(self._read(), self.group.table.get(self.field.name, ABSENT)):
            self._text = self.field.text(self.group.table)
            self.editor.value = self._text

    def _read(self) -> Any:
        return read(self._text, self.field.node) if self._text.strip() else ABSENT

    def _type(self, text: str) -> None:
        if text != self._text:  # else it is of `load`
            self._text = text
            self._give(self._read())

    def _give(self, value: Any) -> None:
        self._edit(self, value)

    def on_descendant_focus(self) -> None:
        self.refresh()

    def on_descendant_blur(self) -> None:
        self.refresh()
