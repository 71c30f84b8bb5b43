"""A profile's table as the groups of fields that a form shows, in the schema's order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.config.defaults import is_section
from workbench.config.schema import KeyPath, Node, child, chosen, fields, kinds, run_schema
from workbench.config.wording import dotted
from workbench.tui.form.fields import Field, fields_of, kind_field

Table = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Group:
    """One table of a profile. The fields are bound to `table` itself, wherever it lies."""

    path: KeyPath
    table: Table
    union: Node
    """The schema of the section with all its kinds."""
    fields: tuple[Field, ...]

    @property
    def title(self) -> str:
        return dotted(self.path) or "run"

    @property
    def is_item(self) -> bool:
        return bool(self.path) and isinstance(self.path[-1], int)


@dataclass(frozen=True, eq=False)
class ListGroup:
    """A list of tables; its items are groups of their own and come after it."""

    path: KeyPath
    owner: Table
    """The table that holds the list under `path[-1]`."""
    kinds: dict[str, Node]
    help: str

    @property
    def title(self) -> str:
        return dotted(self.path)

    @property
    def key(self) -> str:
        return str(self.path[-1])

    @property
    def items(self) -> list[Any]:
        items = self.owner.get(self.key, [])
        return items if isinstance(items, list) else []


def filled(table: Table) -> Table:
    """The table with every section there, if empty, so that there is something to bind to."""
    return filled_section(table, run_schema())


def filled_section(table: Table, node: Node) -> Table:
    """Likewise for one section, of which `node` is the schema."""
    known = chosen(node, table)
    table = dict(table)
    for key, inner in fields(known).items():
        if is_section(inner):
            value = table.get(key, {"kind": inner["default"]["kind"]} if kinds(inner) else {})
            table[key] = filled_section(value, inner) if isinstance(value, dict) else value
    return table


def groups_of(table: Table) -> list[Group | ListGroup]:
    """All groups of a filled table; a section that is no table has none."""
    return [*_groups((), table, run_schema())]


def strays_of(table: Table) -> list[KeyPath]:
    """Where the table holds what no field can show: unknown keys, and no table for a section."""
    return [*_strays((), table, run_schema())]


def without_strays(table: Table) -> Table:
    """The table, filled, without those."""
    return filled(_kept(table, run_schema()))


def _groups(path: KeyPath, table: Table, node: Node) -> Iterator[Group | ListGroup]:
    known, choices = chosen(node, table), kinds(node)
    kind = (kind_field(node, known),) if choices else ()
    yield Group(path, table, node, (*kind, *fields_of(known)))
    for key, inner in fields(known).items():
        value = table.get(key)
        if is_section(inner) and isinstance(value, dict):
            yield from _groups((*path, key), value, inner)
        item = child(inner, 0)
        if is_section(item) and (value is None or isinstance(value, list)):
            help_text = " ".join(str(inner.get("description", "")).split())
            yield ListGroup((*path, key), table, kinds(item), help_text)
            for place, each in enumerate(value or []):
                if isinstance(each, dict):
                    yield from _groups((*path, key, place), each, item)


def _strays(path: KeyPath, table: Table, node: Node) -> Iterator[KeyPath]:
    known = chosen(node, table)
    if not known:
        return  # of an unknown kind: its error is to be mended first, and then keys may be kept
    for key, value in table.items():
        inner = fields(known).get(key)
        if inner is None:
            if key != "kind" or not kinds(node):
                yield (*path, key)
        elif is_section(inner):
            if isinstance(value, dict):
                yield from _strays((*path, key), value, inner)
            else:
                yield (*path, key)
        elif is_section(child(inner, 0)):
            yield from _list_strays((*path, key), value, child(inner, 0))


def _list_strays(path: KeyPath, value: object, node: Node) -> Iterator[KeyPath]:
    if not isinstance(value, list):
        yield path
        return
    for place, each in enumerate(value):
        if isinstance(each, dict):
            yield from _strays((*path, place), each, node)
        else:
            yield (*path, place)


def _kept(table: Table, node: Node) -> Table:
    """Without strays. A table of an unknown kind keeps all: who mends its kind may want it."""
    strays = {path[0] for path in _strays((), table, node) if len(path) == 1}
    known = chosen(node, table)
    kept: Table = {}
    for key, value in table.items():
        inner = fields(known).get(key, {})
        if key in strays:
            continue
        if is_section(inner):
            kept[key] = _kept(value, inner)
        elif is_section(child(inner, 0)):
            if isinstance(value, list):
                items = [each for each in value if isinstance(each, dict)]
                kept[key] = [_kept(each, child(inner, 0)) for each in items]
        else:
            kept[key] = value
    return kept
