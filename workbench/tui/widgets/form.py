"""The form: the groups of a draft, kept true to it while it changes."""

from __future__ import annotations

from typing import Any

from textual.message import Message

from workbench.config.problems import Examined
from workbench.config.schema import KeyPath
from workbench.tui.form.draft import Change, Draft
from workbench.tui.form.fields import ABSENT
from workbench.tui.form.groups import Group, ListGroup, Table, groups_of, strays_of
from workbench.tui.form.spread import Spread, field_key, spread
from workbench.tui.widgets.form_group import AddItem
from workbench.tui.widgets.form_parts import FormParts, Goal, nowhere
from workbench.tui.widgets.form_row import FormRow
from workbench.tui.widgets.form_sections import Mark


class ProfileForm(FormParts):
    """Typing changes the draft and what rows show of it; only new tables make new widgets.

    The draft and what is wrong with it are true after each key. Only the
    widgets of new tables come a moment later.
    """

    class Changed(Message):
        """The draft, or what is wrong with it, may be another."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(groups_of(draft.table), self.edit)
        self.draft = draft
        self._check()

    def _check(self) -> None:
        self.examined: Examined = self.draft.examined()
        self.spread: Spread = spread(self.examined.problems, self.groups)
        # Each of them is a problem too, so that most profiles need not be searched.
        self.strays: list[KeyPath] = strays_of(self.draft.table) if self.spread.others else []

    def on_mount(self) -> None:
        self.check()

    @property
    def here(self) -> Group | ListGroup | None:
        """The group that has the focus."""
        focused = self.screen.focused
        if isinstance(focused, AddItem):
            return focused.group if focused.group in self.groups else None
        return self.focused_row.group if self.focused_row else None

    @property
    def list_here(self) -> ListGroup | None:
        """The list in which the focus is, else the nearest one; None where there is none."""
        here = self.here
        if isinstance(here, Group) and here.is_item:
            return self.owner_of(here)
        paths = [group.path for group in self.groups]
        place = paths.index(here.path) if here and here.path in paths else 0
        lists = [group for group in self.groups if isinstance(group, ListGroup)]
        return min(lists, key=lambda each: abs(paths.index(each.path) - place), default=None)

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
            self.go(self.rows[0])
        self.call_after_refresh(self.complete)

    def check(self) -> None:
        """Validate the whole, and show at each field what is wrong with it."""
        self._check()
        self._show_problems()

    def completed(self) -> None:
        self._show_problems()

    def _show_problems(self) -> None:
        for row in self.rows:
            row.show(self.spread.by_field.get(field_key(row.group, row.field.name), ""))
        self.post_message(self.Changed())

    def marks(self) -> list[Mark]:
        return [
            self._mark(group)
            for group in self.groups
            if not (isinstance(group, Group) and group.is_item)
        ]

    def _mark(self, group: Group | ListGroup) -> Mark:
        depth = len(group.path) - 1 if group.path else 0
        if isinstance(group, ListGroup):
            return Mark(group.title, depth, changed=False, wrong=0)
        changed = any(field.differs(group.table) for field in group.fields)
        keys = (field_key(group, field.name) for field in group.fields)
        return Mark(group.title, depth, changed, sum(key in self.spread.by_field for key in keys))

    def edit(self, row: FormRow, value: Any) -> None:
        """Write what a person gave a field, `ABSENT` for nothing."""
        if row.field.name == "kind":
            self.draft.switch(row.group, value)
            self._follow()
        else:
            self.draft.set(row.group.table, row.field.name, value)
            self.check()

    def open(self, draft: Draft) -> None:
        """Show another draft."""
        self.draft = draft
        self._follow()

    def undo(self) -> Change | None:
        return self._stepped(self.draft.undo())

    def redo(self) -> Change | None:
        return self._stepped(self.draft.redo())

    def _stepped(self, change: Change | None) -> Change | None:
        if change is not None:
            self._follow(lambda: self._row(change.table, change.key))
        return change

    def reset(self, row: FormRow) -> None:
        """Give a field its default back."""
        if row.field.name != "kind":
            self.draft.seal()
            self.draft.set(row.group.table, row.field.name, ABSENT)
            row.load()
            self.check()

    def replace(self, table: Table) -> None:
        self.draft.replace(table)
        self._follow()

    def add_item(self, group: ListGroup, kind: str) -> None:
        item = self.draft.add(group, kind)
        self._follow(lambda: self._row(item, "kind"))

    def drop_item(self, item: Group) -> None:
        """Take an item out of its list, to which the focus goes."""
        owner = self.owner_of(item)
        self.draft.remove(owner, item.table)
        self._follow(lambda: self.part_at(owner.path))

    def shift_item(self, item: Group, by: int) -> None:
        """Move an item up or down its list, the focus with it."""
        name = self.focused_row.field.name if self.focused_row else "kind"
        self.draft.shift(self.owner_of(item), item.table, by)
        self._follow(lambda: self._row(item.table, name))

    def owner_of(self, item: Group) -> ListGroup:
        """The list that an item stands in."""
        lists = (each for each in self.groups if isinstance(each, ListGroup))
        return next(each for each in lists if each.path == item.path[:-1])

    def jump(self, title: str) -> None:
        """Go to the first field of a section."""
        path = next((group.path for group in self.groups if group.title == title), None)
        if path is None:
            return  # the list of sections is a moment older than the form
        part = self.part_at(path)
        if part:
            self.go(part, top=True)
        else:
            self.complete(lambda: self.part_at(path))

    def jump_by(self, sections: int) -> None:
        titles = [mark.title for mark in self.marks()]
        section = self.section
        to = titles.index(section) + sections if section else 0
        self.jump(titles[to % len(titles)])

    def focus_problem(self) -> FormRow | None:
        """Go to the next field with a problem, and give it; None where no field has one."""
        rows = self.rows
        start = rows.index(self.focused_row) + 1 if self.focused_row in rows else 0
        wrong = next((row for row in [*rows[start:], *rows[:start]] if row.problem), None)
        if wrong:
            self.go(wrong)
        return wrong

    def on_descendant_blur(self) -> None:
        self.draft.seal()

    def _row(self, table: Table, name: str) -> FormRow | None:
        fitting = (row for row in self.rows if row.group.table is table and row.field.name == name)
        return next(fitting, None)

    def _follow(self, goal: Goal = nowhere) -> None:
        """Be true to new tables of the draft, and go to `goal` once it has its widget."""
        self.follow(groups_of(self.draft.table), goal)
        self.check()
