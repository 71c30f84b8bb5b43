"""The form: the groups of a draft, kept true to it while it changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget

from workbench.config.problems import Examined
from workbench.tui.form.draft import Change, Draft
from workbench.tui.form.fields import ABSENT
from workbench.tui.form.groups import Group, ListGroup, Table, groups_of
from workbench.tui.form.spread import Spread, field_key, spread
from workbench.tui.widgets.form_group import AddItem, FormGroup, FormList, FormPart
from workbench.tui.widgets.form_row import FormRow
from workbench.tui.widgets.form_sections import Mark


class ProfileForm(VerticalScroll, can_focus=False, inherit_bindings=False):
    """Typing changes the draft and what rows show of it; only new tables make new widgets."""

    class Changed(Message):
        """The draft, or what is wrong with it, may be another."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(id="form")
        self.draft = draft
        self._groups = groups_of(draft.table)
        self._check()

    def _check(self) -> None:
        self.examined: Examined = self.draft.examined()
        self.spread: Spread = spread(self.examined.problems, self._groups)

    def compose(self) -> ComposeResult:
        yield from map(_widget, self._groups)

    def on_mount(self) -> None:
        self.check()

    @property
    def rows(self) -> list[FormRow]:
        return [*self.query(FormRow)]

    @property
    def focused_row(self) -> FormRow | None:
        focused = self.screen.focused
        return focused.parent if focused and isinstance(focused.parent, FormRow) else None

    @property
    def here(self) -> Group | ListGroup | None:
        """The group that has the focus."""
        focused = self.screen.focused
        if isinstance(focused, AddItem):
            return focused.group
        return self.focused_row.group if self.focused_row else None

    @property
    def section(self) -> str:
        """The title of the section that has the focus; an item's is its list's."""
        here = self.here
        if isinstance(here, Group) and here.is_item:
            return self.owner_of(here).title
        return here.title if here else ""

    def focus_first(self) -> None:
        """Go to the first field, unless a person was quicker."""
        if self.screen.focused is None:
            self._to(self.rows[0])

    def check(self) -> None:
        """Validate the whole, and show at each field what is wrong with it."""
        self._check()
        for row in self.rows:
            row.show(self.spread.by_field.get(field_key(row.group, row.field.name), ""))
        self.post_message(self.Changed())

    def marks(self) -> list[Mark]:
        rows: dict[str, list[FormRow]] = {}
        for row in self.rows:
            rows.setdefault(row.group.title, []).append(row)
        return [
            Mark(
                group.title,
                len(group.path) - 1 if group.path else 0,
                any(row.differs for row in rows.get(group.title, ())),
                sum(bool(row.problem) for row in rows.get(group.title, ())),
            )
            for group in self._groups
            if not (isinstance(group, Group) and group.is_item)
        ]

    async def open(self, draft: Draft) -> None:
        """Show another draft."""
        self.draft = draft
        await self._follow()

    async def undo(self) -> Change | None:
        return await self._stepped(self.draft.undo())

    async def redo(self) -> Change | None:
        return await self._stepped(self.draft.redo())

    async def reset(self, row: FormRow) -> None:
        """Give a field its default back."""
        if row.field.name != "kind":
            self.draft.seal()
            self.draft.set(row.group.table, row.field.name, ABSENT)
            row.load()
            self.check()

    async def replace(self, table: Table) -> None:
        self.draft.replace(table)
        await self._follow()

    async def add_item(self, group: ListGroup, kind: str) -> None:
        item = self.draft.add(group, kind)
        await self._follow()
        self._focus(lambda row: row.group.table is item)

    async def drop_item(self, item: Group) -> None:
        owner = self.owner_of(item)
        self.draft.remove(owner, item.table)
        await self._follow()
        for each in self.query(AddItem):
            if each.group.path == owner.path:
                each.focus()

    async def shift_item(self, item: Group, by: int) -> None:
        """Move an item up or down its list, the focus with it."""
        row = self.focused_row
        self.draft.shift(self.owner_of(item), item.table, by)
        await self._follow()
        name = row.field.name if row else "kind"
        self._focus(lambda row: row.group.table is item.table and row.field.name == name)

    def owner_of(self, item: Group) -> ListGroup:
        """The list that an item stands in."""
        lists = (each for each in self._groups if isinstance(each, ListGroup))
        return next(each for each in lists if each.path == item.path[:-1])

    def jump(self, title: str) -> None:
        """Go to the first field of a section."""
        for widget in self.query(FormPart):
            if widget.group.title == title:
                first = widget.query("Input, Choice, AddItem").first(Widget)
                first.focus(scroll_visible=False)
                self.scroll_to_widget(widget, top=True, animate=False)
                return

    def jump_by(self, sections: int) -> None:
        titles = [mark.title for mark in self.marks()]
        section = self.section
        to = titles.index(section) + sections if section else 0
        self.jump(titles[to % len(titles)])

    def focus_problem(self) -> bool:
        """Go to the next field with a problem; False where no field has one."""
        rows = self.rows
        start = rows.index(self.focused_row) + 1 if self.focused_row else 0
        for row in [*rows[start:], *rows[:start]]:
            if row.problem:
                self._to(row)
                return True
        return False

    async def on_form_row_edited(self, event: FormRow.Edited) -> None:
        event.stop()
        group, field = event.row.group, event.row.field
        if field.name == "kind":
            self.draft.switch(group, event.value)
            await self._follow()
            self._focus(lambda row: row.group.path == group.path)
        else:
            self.draft.set(group.table, field.name, event.value)
            event.row.load_choice()
            self.check()

    def on_descendant_blur(self) -> None:
        self.draft.seal()

    async def _stepped(self, change: Change | None) -> Change | None:
        if change is not None:
            await self._follow()
            self._focus(
                lambda row: row.group.table is change.table and row.field.name == change.key
            )
        return change

    async def _follow(self) -> None:
        """Make the widgets those of the draft's groups; those that still fit stay."""
        self._groups = groups_of(self.draft.table)
        focused = self.focused_row
        way = (focused.group.path, focused.field.name) if focused else None
        with self.app.batch_update():
            await self._rebuild(self._groups)
            for row in self.rows:
                row.load()
            for each in self.query(FormList):
                each.show()
            self.check()
        if way and focused and not focused.is_attached:
            self._focus(lambda row: (row.group.path, row.field.name) == way)

    async def _rebuild(self, groups: Sequence[Group | ListGroup]) -> None:
        old = [*self.query_children(FormPart)]
        kept = {
            place: next((each for each in old if each.group.resembles(group)), None)
            for place, group in enumerate(groups)
        }
        await self.remove_children([each for each in old if each not in kept.values()])
        for place, group in enumerate(groups):
            if kept[place] is None:
                await self.mount(
                    _widget(group), before=place if place < len(self.children) else None
                )

    def _focus(self, fits: Any) -> None:
        row = next(filter(fits, self.rows), None)
        if row is not None:
            self._to(row)

    def _to(self, row: FormRow) -> None:
        row.editor.focus(scroll_visible=False)
        self.scroll_to_widget(row, animate=False)


def _widget(group: Group | ListGroup) -> FormPart:
    return FormGroup(group) if isinstance(group, Group) else FormList(group)
