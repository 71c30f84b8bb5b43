"""Where two profiles differ, defaults spelled out."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, TypeGuard

from workbench.config.defaults import completed, is_section, same
from workbench.config.overrides import switch_kind
from workbench.config.schema import (
    KeyPath,
    Node,
    child,
    chosen,
    fields,
    kinds,
    node_at,
    run_schema,
)
from workbench.config.wording import dotted
from workbench.config.writing import inline
from workbench.tui.form.fields import ABSENT


@dataclass(frozen=True)
class Difference:
    """A key with another value; `ABSENT` in the one that has no such key."""

    path: KeyPath
    here: Any
    there: Any

    @property
    def key(self) -> str:
        return dotted(self.path)


def differences(here: Mapping[str, Any], there: Mapping[str, Any]) -> list[Difference]:
    """Key by key, a list of tables as a whole."""
    return [*_differences((), completed(here), completed(there), run_schema())]


def taken_over(table: Mapping[str, Any], found: Iterable[Difference]) -> dict[str, Any]:
    """A copy of the table with the other values; a kind's new keys are taken with the kind.

    A key that the section's kind does not know is left: its kind was not taken.
    """
    taken: dict[str, Any] = copy.deepcopy(dict(table))
    for each in sorted(found, key=lambda each: each.path[-1] != "kind"):
        *above, key = each.path
        node: Node = node_at(tuple(above), taken)
        section = _at(taken, above)
        if isinstance(section, dict):
            changed = _with(section, node, str(key), each.there)
            section.clear()
            section.update(changed)
    return taken


def holds(table: Mapping[str, Any], each: Difference) -> bool:
    """Whether the table has the other value, be it by default."""
    value: Any = completed(table)
    for key in each.path:
        value = value.get(key, ABSENT) if isinstance(value, dict) else ABSENT
    return same(value, each.there)


def _at(table: dict[str, Any], path: Sequence[str | int]) -> Any:
    """The section at a path, made where the table leaves it out."""
    section: Any = table
    for key in path:
        section = section.setdefault(key, {}) if isinstance(section, dict) else None
    return section


def _with(section: dict[str, Any], node: Node, key: str, value: Any) -> dict[str, Any]:
    if key == "kind" and value in kinds(node):
        return switch_kind(section, node, value)
    if value is ABSENT:
        return {k: v for k, v in section.items() if k != key}
    known = key in fields(chosen(node, section))
    return {**section, key: copy.deepcopy(value)} if known else section


def by_item(whole: Difference) -> list[Difference]:
    """Where two lists of tables differ: item by item, and of two of a kind key by key."""
    here, there = (v if _is_tables(v) else None for v in (whole.here, whole.there))
    if here is None or there is None or not (here or there):
        return [whole]
    found: list[Difference] = []
    for place, (one, other) in enumerate(zip_longest(here, there, fillvalue=ABSENT)):
        path = (*whole.path, place)
        if isinstance(one, Mapping) and isinstance(other, Mapping) and _are_alike(one, other):
            keys = dict.fromkeys([*one, *other])
            values = ((key, one.get(key, ABSENT), other.get(key, ABSENT)) for key in keys)
            found += [Difference((*path, k), a, b) for k, a, b in values if not same(a, b)]
        elif not same(one, other):
            found.append(Difference(path, one, other))
    return found


def _is_tables(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _are_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return bool(one.get("kind") == other.get("kind"))


def value_text(value: object) -> str:
    return "" if value is ABSENT else inline(value)


def _differences(
    path: KeyPath, here: dict[str, Any], there: dict[str, Any], node: Node
) -> Iterator[Difference]:
    for key in dict.fromkeys([*here, *there]):
        one, other = here.get(key, ABSENT), there.get(key, ABSENT)
        inner = child(chosen(node, here if key in here else there), key)
        if is_section(inner) and isinstance(one, dict) and isinstance(other, dict):
            yield from _differences((*path, key), one, other, inner)
        elif not same(one, other):
            yield Difference((*path, key), one, other)
