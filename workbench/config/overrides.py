"""`--set key=value`: changes to a profile before it is validated."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.config.reading import MOST_KEY_LEVELS, value_of
from workbench.config.schema import (
    KeyPath,
    Node,
    child,
    chosen,
    fields,
    index,
    item,
    kinds,
    node_at,
)
from workbench.config.wording import counted, dotted, shortened, shown
from workbench.config.writing import inline
from workbench.errors import Problem, ProfileError

_EXAMPLE_LENGTH = 200
"""Characters of a list that a hint writes out."""


@dataclass(frozen=True)
class Override:
    """One key and its new value, as TOML gives values."""

    path: tuple[str, ...]
    value: object


@dataclass(frozen=True)
class Overridden:
    """A table after its overrides."""

    table: dict[str, Any]
    paths: tuple[KeyPath, ...]
    """Every key that was overridden, list indices as numbers."""
    notes: tuple[str, ...]
    """What a person should know: keys that went with a kind."""


def parse_override(text: str) -> Override:
    """`optimizer.lr=1e-3` in its parts. A value that is not TOML is a string.

    Raises ProfileError if there is no `=` or no key.
    """
    key, equals, value = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals:
        raise _malformed(text, "has no '='")
    if not all(path) or len(path) > MOST_KEY_LEVELS:
        raise _malformed(text, "does not begin with a key")
    return Override(path, value_of(value.strip()))


def apply_overrides(table: dict[str, Any], overrides: Sequence[Override]) -> Overridden:
    """The table with every override in it; `table` itself stays as it is.

    Kinds come first, so that an override finds the section it is meant for.
    Keys that the new kind also has are kept. Relative paths become relative to
    the current folder: they were typed there. Raises ProfileError for an index
    that a list does not have and for a key below a plain value.
    """
    notes: list[str] = []
    in_order = sorted(overrides, key=lambda override: override.path[-1] != "kind")
    for override in in_order:
        if override.path[-1] == "kind":
            table, note = _with_kind(table, override)
            notes += [note] if note else []
        value = _from_here(override.value, node_at(override.path, table))
        table = _replaced(table, node_at((), table), override.path, value, override)
    paths = tuple(_indexed(override.path, table) for override in in_order)
    return Overridden(table, paths, tuple(notes))


def switch_kind(section: dict[str, Any], node: Node, kind: str) -> dict[str, Any]:
    """The section as `kind`, with those of its keys that the new kind also has.

    `node` is the schema of a section with kinds.
    """
    known = fields(kinds(node)[kind])
    return {"kind": kind} | {k: v for k, v in section.items() if k in known and k != "kind"}


def _with_kind(table: dict[str, Any], override: Override) -> tuple[dict[str, Any], str]:
    """The table with one section switched to another kind, and a note of what it lost."""
    where, kind = override.path[:-1], override.value
    section: object = table
    for key in where:
        section = item(section, key)
    node = node_at(where, table)
    if not isinstance(section, dict) or not isinstance(kind, str) or kind not in kinds(node):
        return table, ""
    switched = switch_kind(section, node, kind)
    table = _replaced(table, node_at((), table), where, switched, override)
    dropped = ", ".join(dotted([key]) for key in section if key not in switched)
    return table, f"{dotted(override.path)} = {kind}: dropped {dropped}" if dropped else ""


def _replaced(
    container: Any, node: Node, path: tuple[str, ...], value: object, override: Override
) -> Any:
    """A copy of the container with `value` at `path`; only what lies on the way is copied."""
    if not path:
        return value
    key, *rest = path
    inner_node = child(chosen(node, container), key)
    if isinstance(container, list):
        place = index(key, container)
        if place is None:
            raise _no_place(override, path, container, node)
        inner = _replaced(container[place], inner_node, tuple(rest), value, override)
        return [*container[:place], inner, *container[place + 1 :]]
    if isinstance(container, dict):
        inner = container[key] if key in container else _blank(inner_node)
        return {**container, key: _replaced(inner, inner_node, tuple(rest), value, override)}
    whole = dotted(_above(override, path))
    raise _misplaced(
        override,
        f"{shown(key)} is looked for in {shown(container)}",
        f"{whole} has no keys: change it as a whole, as in --set {whole}=VALUE",
    )


def _blank(node: Node) -> dict[str, Any] | list[Any]:
    """What an override finds where the file says nothing: the default's kind or list."""
    default = node.get("default", {})
    if isinstance(default, list):
        return list(default)
    return {"kind": default["kind"]} if kinds(node) and default else {}


def _from_here(value: object, node: Node) -> object:
    if isinstance(value, str) and node.get("format") == "path" and not value.startswith("~"):
        return str(Path(value).absolute()) if value else value
    if isinstance(value, dict):
        inside = chosen(node, value)
        return {key: _from_here(inner, child(inside, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_from_here(inner, child(node, index)) for index, inner in enumerate(value)]
    return value


def _indexed(path: tuple[str, ...], table: dict[str, Any]) -> KeyPath:
    """The override's path with list indices as numbers, as pydantic gives them."""
    indexed: KeyPath = ()
    container: object = table
    for key in path:
        place = index(key, container) if isinstance(container, list) else None
        indexed += (key if place is None else place,)
        container = item(container, key)
    return indexed


def _malformed(text: str, what: str) -> ProfileError:
    problem = Problem("", f"--set {shown(text)} {what}")
    return ProfileError(
        None, (problem,), hint="write --set key=value, as in --set optimizer.lr=1e-3"
    )


def _no_place(
    override: Override, path: tuple[str, ...], items: Sequence[object], node: Node
) -> ProfileError:
    """The error of a list, `node`, in which `path` is looked for."""
    what = f"the list has no place {shown(path[0])}, it has {counted(len(items), 'value')}"
    if items:
        last = len(items) - 1
        return _misplaced(override, what, f"the first place is 0, the last of this list {last}")
    example = shortened(inline(_example(node, path, override.value)), _EXAMPLE_LENGTH)
    whole = shlex.quote(f"{dotted(_above(override, path))}={example}")
    return _misplaced(override, what, f"write the whole list, as in --set {whole}")


def _example(node: Node, path: tuple[str, ...], value: object) -> object:
    """A value for `node` that has `value` at `path`, of the first kind that has such a key."""
    choices = kinds(node)
    if not path:
        return {"kind": value} if choices and not isinstance(value, dict) else value
    key, *below = path
    if node.get("type") == "array":
        return [_example(child(node, 0), tuple(below), value)]
    kind = next((kind for kind, choice in choices.items() if key in fields(choice)), "")
    inner = _example(child(choices.get(kind, node), key), tuple(below), value)
    return {"kind": kind, key: inner} if kind and key != "kind" else {key: inner}


def _above(override: Override, path: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that lead to where the rest of them, `path`, is looked for."""
    return override.path[: len(override.path) - len(path)]


def _misplaced(override: Override, what: str, hint: str) -> ProfileError:
    return ProfileError(None, (Problem(dotted(override.path), f"{what} (from --set)"),), hint=hint)
