"""What a profile need not say: the values that keys have where a table leaves them out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from workbench.config.schema import Node, child, chosen, fields, kinds, run_schema
from workbench.config.section import Section

Table = Mapping[str, Any]


def defaults(node: Node) -> dict[str, Any]:
    """The default of every key of a table that has one, as TOML gives values.

    `node` is the schema of one section, of one kind where it has kinds.
    """
    return dict(_defaults(str(node.get("title", ""))))


@cache
def _defaults(title: str) -> dict[str, Any]:
    model = _models().get(title)
    if model is None:
        return {}
    given = {name: field for name, field in model.model_fields.items() if not field.is_required()}
    return {name: _as_toml(field) for name, field in given.items()}


@cache
def _models() -> dict[str, type[BaseModel]]:
    """Every section's model by the title that its schema has."""
    from workbench.config.profile import RunProfile

    found: dict[str, type[BaseModel]] = {run_schema()["title"]: RunProfile}
    waiting = [*Section.__subclasses__()]
    while waiting:
        model = waiting.pop()
        found[model.__name__] = model
        waiting += model.__subclasses__()
    return found


def _as_toml(field: FieldInfo) -> Any:
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, tuple):
        return [*value]
    return str(value) if isinstance(value, Path) else value


def same(one: object, other: object) -> bool:
    """Equal as values of TOML: 1 is 1.0, but true is no number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def is_section(node: Node) -> bool:
    """Whether a key holds a table with keys of its own in the schema."""
    return bool(kinds(node)) or "properties" in node


def completed(table: Table) -> dict[str, Any]:
    """The table with every default spelled out; what no schema knows stays as it is."""
    return _walked(table, run_schema(), _complete)


def minimal(table: Table) -> dict[str, Any]:
    """The table without what equals its default. A section keeps its kind, a profile its name."""
    return _walked(table, run_schema(), _sparse)


_Step = Callable[[dict[str, Any], Node], dict[str, Any]]


def _walked(table: Table, node: Node, step: _Step) -> dict[str, Any]:
    """`step` on a section after those in it."""
    known = chosen(node, table)
    done = {key: _inside(value, child(known, key), step) for key, value in table.items()}
    return step(done, known)


def _inside(value: Any, node: Node, step: _Step) -> Any:
    if isinstance(value, dict) and is_section(node):
        return _walked(value, node, step)
    if isinstance(value, list) and is_section(child(node, 0)):
        return [_inside(item, child(node, 0), step) for item in value]
    return value


def _complete(table: dict[str, Any], node: Node) -> dict[str, Any]:
    return defaults(node) | table


def _sparse(table: dict[str, Any], node: Node) -> dict[str, Any]:
    known, has = fields(node), defaults(node)
    return {
        key: value
        for key, value in table.items()
        if key == "kind"
        or (key == "name" and node is run_schema())
        or not (key in has and (same(value, has[key]) or _says_nothing(value, known[key])))
    }


def _says_nothing(value: object, node: Node) -> bool:
    """Whether a table without kinds has been emptied."""
    return value == {} and "properties" in node
