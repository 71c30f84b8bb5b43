"""The table that a form edits, with undo and redo."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.config.overrides import switch_kind
from workbench.config.problems import Examined, examined
from workbench.tui.form.fields import ABSENT
from workbench.tui.form.groups import Group, ListGroup, Table, filled, filled_section
from workbench.tui.form.text import written_alike

MOST_CHANGES = 1_000
"""That can be undone."""


@dataclass(frozen=True, eq=False)
class Change:
    """A key of one table object before and after; `ABSENT` where it is not there."""

    table: Table
    key: str
    before: Any
    after: Any


class Draft:
    """Tables in it are changed in place or replaced by new ones, never copied.

    So a field that belongs to a table that is no longer part of the draft
    changes nothing: `set` sees that and leaves it be.
    """

    def __init__(self, table: Table, base: Path) -> None:
        """Works on a copy. Relative paths in it are relative to the folder `base`."""
        self.root: Table = {"": filled(copy.deepcopy(table))}
        self.base = base
        self._done: list[Change] = []
        self._undone: list[Change] = []
        self._sealed = True
        self._saved = copy.deepcopy(self.table)

    @property
    def table(self) -> Table:
        table: Table = self.root[""]
        return table

    @property
    def is_changed(self) -> bool:
        """Since it was opened or saved."""
        return _spelled(self.table) != _spelled(self._saved)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def examined(self) -> Examined:
        return examined(self.table, self.base)

    def saved(self) -> None:
        self._saved = copy.deepcopy(self.table)
        self.seal()

    def seal(self) -> None:
        """What comes next is undone by itself, and not with what came before it."""
        self._sealed = True

    def set(self, table: Table, key: str, value: Any) -> None:
        """Write one key of a table of the draft; `ABSENT` takes it away.

        Changes of one key in a row are one, until `seal`: nobody undoes letters.
        """
        before = table.get(key, ABSENT)
        if not any(each is table for each in self._tables()) or written_alike(before, value):
            return
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if last and not self._sealed and last.table is table and last.key == key:
            self._done[-1] = Change(table, key, last.before, value)
        else:
            self._done = [*self._done[1 - MOST_CHANGES :], Change(table, key, before, value)]
        self._sealed = False
        _write(table, key, value)

    def undo(self) -> Change | None:
        """Take the last change back, and say which it was."""
        return self._move(self._done, self._undone, "before")

    def redo(self) -> Change | None:
        return self._move(self._undone, self._done, "after")

    def _move(self, source: list[Change], target: list[Change], side: str) -> Change | None:
        if not source:
            return None
        change = source.pop()
        target.append(change)
        _write(change.table, change.key, getattr(change, side))
        self.seal()
        return change

    def replace(self, table: Table) -> None:
        """Put another table in the place of the whole."""
        self._set_sealed(self.root, "", filled(copy.deepcopy(table)))

    def switch(self, group: Group, kind: str) -> None:
        """Give a section another kind; keys that this has too are kept."""
        switched = filled_section(switch_kind(group.table, group.union, kind), group.union)
        for holder, key in self._places():
            value = holder[key]
            if value is group.table:
                self._set_sealed(holder, key, switched)
            elif isinstance(value, list) and any(each is group.table for each in value):
                items = [switched if each is group.table else each for each in value]
                self._set_sealed(holder, key, items)

    def add(self, group: ListGroup, kind: str) -> Table:
        """Append an item, and give it."""
        item: Table = {"kind": kind}
        self._set_sealed(group.owner, group.key, [*group.items, item])
        return item

    def remove(self, group: ListGroup, item: Table) -> None:
        items = [each for each in group.items if each is not item]
        self._set_sealed(group.owner, group.key, items)

    def shift(self, group: ListGroup, item: Table, by: int) -> None:
        """Move an item up or down its list; at an end it stays."""
        place = next(i for i, each in enumerate(group.items) if each is item)
        to = min(max(place + by, 0), len(group.items) - 1)
        items = [each for each in group.items if each is not item]
        self._set_sealed(group.owner, group.key, [*items[:to], item, *items[to:]])

    def _set_sealed(self, table: Table, key: str, value: Any) -> None:
        self.seal()
        if not _is_identical(table.get(key), value):
            self.set(table, key, value)
        self.seal()

    def _places(self) -> list[tuple[Table, str]]:
        """Every key of every table that holds a table or a list."""
        return [
            (table, key)
            for table in self._tables()
            for key, value in table.items()
            if isinstance(value, dict | list)
        ]

    def _tables(self) -> Iterator[Table]:
        waiting: list[Any] = [self.root]
        while waiting:
            value = waiting.pop()
            if isinstance(value, dict):
                yield value
                value = [*value.values()]
            waiting += [each for each in value if isinstance(each, dict | list)]


def _spelled(table: Table) -> str:
    """The same for tables that are written the same, in whatever order: not for 1, 1.0 and true."""
    return json.dumps(table, sort_keys=True, default=repr)


def _write(table: Table, key: str, value: Any) -> None:
    if value is ABSENT:
        table.pop(key, None)
    else:
        table[key] = value


def _is_identical(one: object, other: object) -> bool:
    """Whether two lists hold the same objects in the same order."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
    return one is other
