"""Problems of a profile spread over the fields that can mend them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.config.schema import KeyPath
from workbench.errors import Problem
from workbench.tui.form.groups import Group, ListGroup

FieldKey = tuple[int, str]
"""The identity of a group's table, and a field of it."""


def field_key(group: Group, name: str) -> FieldKey:
    return id(group.table), name


@dataclass(frozen=True)
class Spread:
    by_field: Mapping[FieldKey, str]
    """The first problem of each field that has one."""
    others: tuple[Problem, ...]
    """Those that no field shows, such as unknown keys."""


def spread(
    problems: Iterable[tuple[KeyPath, Problem]], groups: Sequence[Group | ListGroup]
) -> Spread:
    places = {
        (*group.path, field.name): field_key(group, field.name)
        for group in groups
        if isinstance(group, Group)
        for field in group.fields
    }
    by_field: dict[FieldKey, str] = {}
    others = []
    for path, problem in problems:
        place = _innermost(path, places)
        if place is None:
            others.append(problem)
        else:
            by_field.setdefault(place, problem.message)
    return Spread(by_field, tuple(others))


def _innermost(path: KeyPath, places: Mapping[KeyPath, FieldKey]) -> FieldKey | None:
    """The field of a key or of the list that a value stands in; None where there is no field."""
    ways = (path[:length] for length in range(len(path), 0, -1))
    return next((places[way] for way in ways if way in places), None)
