"""The widgets of a profile's groups, made and removed as these come and go."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll

from workbench.config.schema import KeyPath
from workbench.tui.form.groups import Group, ListGroup
from workbench.tui.widgets.form_group import FormGroup, FormList
from workbench.tui.widgets.form_row import Edit, FormRow

FIRST_GROUPS = 3
"""That are composed at once; the others come when these have been painted, with the cursor."""

Part = FormGroup | FormList

Goal = Callable[[], FormRow | Part | None]
"""What is to have the focus once there is a widget for everything."""


def nowhere() -> None:
    """The goal of what leaves the focus where it is."""


class FormParts(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Binds its widgets to other groups at once, so that the next key acts on these.

    Widgets are made and removed a moment later, and always in this widget's
    own turn: two changes in a row never do it at the same time.
    """

    def __init__(self, groups: Sequence[Group | ListGroup], edit: Edit) -> None:
        super().__init__(id="form")
        self.groups = groups
        self._edit = edit
        self.parts = [self._new(group) for group in groups[:FIRST_GROUPS]]

    def _new(self, group: Group | ListGroup) -> Part:
        return FormGroup(group, self._edit) if isinstance(group, Group) else FormList(group)

    def compose(self) -> ComposeResult:
        yield from self.parts

    @property
    def rows(self) -> list[FormRow]:
        return [row for part in self.parts if isinstance(part, FormGroup) for row in part.rows]

    @property
    def focused_row(self) -> FormRow | None:
        """None also for a row that is still to be seen, but whose table is gone."""
        row = self._row_in_focus
        return row if row in self.rows else None

    @property
    def _row_in_focus(self) -> FormRow | None:
        focused = self.screen.focused
        return focused.parent if focused and isinstance(focused.parent, FormRow) else None

    def complete(self, goal: Goal = nowhere) -> None:
        """Have a widget for everything, soon, and go to `goal` then."""
        self.call_next(self._complete, goal)

    def part_at(self, path: KeyPath) -> Part | None:
        return next((part for part in self.parts if part.group.path == path), None)

    def follow(self, groups: Sequence[Group | ListGroup], goal: Goal = nowhere) -> None:
        """Show other groups; those at a place that has widgets keep these."""
        self.groups = groups
        places = {group.path: group for group in groups}
        self.parts = [part for part in self.parts if part.follow(places.get(part.group.path))]
        self.complete(goal)

    def go(self, where: FormRow | Part, *, top: bool = False) -> None:
        editor = where.editor if isinstance(where, FormRow) else where.first
        self.screen.set_focus(editor, scroll_visible=False)
        self.scroll_to_widget(where, top=top, animate=False)

    def completed(self) -> None:
        """Called when widgets have been made or removed."""

    async def _complete(self, goal: Goal) -> None:
        focused = self._row_in_focus
        with self.app.batch_update():
            await self._remove_parts()
            await self._make_parts()
            for part in [*self.parts]:
                if isinstance(part, FormGroup):
                    await part.complete()
            self.completed()
        where = goal()
        if where is None and focused and not focused.is_attached:
            where = next((row for row in self.rows if row.path == focused.path), None)
        if where is not None:
            self.go(where)

    async def _remove_parts(self) -> None:
        shown = self.query_children("FormGroup, FormList")
        await self.remove_children([each for each in shown if each not in self.parts])

    async def _make_parts(self) -> None:
        parts = [self.part_at(group.path) or self._new(group) for group in self.groups]
        self.parts = parts
        above = None
        made = []
        for part in parts:
            if not part.is_attached:
                made.append(self.mount(part, after=above) if above else self.mount(part, before=0))
            above = part
        for each in made:
            await each
