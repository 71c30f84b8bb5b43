"""From pydantic's errors to problems that a person can mend."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from workbench.config.positions import key_lines
from workbench.config.profile import RunProfile
from workbench.config.schema import (
    KeyPath,
    Node,
    child,
    choices_of,
    chosen,
    fields,
    item,
    kinds,
    node_at,
    run_schema,
)
from workbench.config.section import NAME_PATTERN, slug
from workbench.config.valid import valid_values
from workbench.config.wording import dotted, listed, nearest, shown
from workbench.errors import Problem, ProfileError

MOST_PROBLEMS = 200
"""A file with more is no profile; the rest are counted."""


_KEY = "[key]"
"""How pydantic ends the place of a key that is wrong itself."""


@dataclass(frozen=True)
class Origin:
    """Where the values of a profile come from, for its error messages."""

    path: Path | None = None
    text: str = ""
    """The file's TOML."""
    overridden: Sequence[KeyPath] = ()
    """Keys given on the command line."""

    @cached_property
    def lines(self) -> Mapping[KeyPath, int]:
        return key_lines(self.text)

    def line(self, path: KeyPath) -> int:
        """The line of a key, or of the table that it would be in; 0 where there is none."""
        return next((self.lines[p] for p in _upwards(path) if p in self.lines), 0)

    def overrides(self, path: KeyPath) -> bool:
        """Whether a key was given on the command line, whole or, if the file has none, in part."""
        if any(p in self.overridden for p in _upwards(path)):
            return True
        return path not in self.lines and any(path in _upwards(p) for p in self.overridden)


def validated(table: Mapping[str, object], base: Path, origin: Origin | None = None) -> RunProfile:
    """The profile in a table as TOML gives it; relative paths are relative to `base`.

    Raises ProfileError with every problem there is.
    """
    try:
        return RunProfile.model_validate(table, context={"base": base})
    except ValidationError as error:
        origin = origin or Origin()
        raise ProfileError(origin.path, _problems(error, table, origin)) from error


@dataclass(frozen=True)
class Examined:
    """What a table is worth as a profile."""

    profile: RunProfile | None
    """None where there are problems."""
    problems: tuple[tuple[KeyPath, Problem], ...] = ()
    """Each with the whole path of its key, which `Problem.key` may shorten."""


def examined(table: Mapping[str, object], base: Path) -> Examined:
    """Like `validated`, for a form: problems are not raised, but found by their keys."""
    try:
        return Examined(RunProfile.model_validate(table, context={"base": base}))
    except ValidationError as error:
        return Examined(None, tuple(_located(error, table, Origin())))


def _problems(
    error: ValidationError, table: Mapping[str, object], origin: Origin
) -> tuple[Problem, ...]:
    found = [problem for _, problem in _located(error, table, origin)]
    return tuple(sorted(found, key=lambda problem: problem.line or float("inf")))


def _located(
    error: ValidationError, table: Mapping[str, object], origin: Origin
) -> list[tuple[KeyPath, Problem]]:
    """Every problem and its key path; how many more there are comes last."""
    details = error.errors(include_url=False, include_input=False)
    found = [_problem(detail, table, origin) for detail in details[:MOST_PROBLEMS]]
    if len(details) > MOST_PROBLEMS:
        found.append(((), Problem("", f"and {len(details) - MOST_PROBLEMS} more")))
    return found


def _problem(
    detail: Mapping[str, Any], table: Mapping[str, object], origin: Origin
) -> tuple[KeyPath, Problem]:
    path = _key_path(detail["loc"])
    context = detail.get("ctx", {})
    match detail["type"]:
        case "extra_forbidden":
            message = _unknown_key(path, table)
        case "missing":
            message = f"is missing, valid is {valid_values(node_at(path, table))}"
        case "string_pattern_mismatch" if path[-1] == _KEY:
            path = path[:-1]
            message = _wrong_name(path, table)
        case "union_tag_not_found" | "union_tag_invalid":
            path, message = _wrong_kind(path, table)
        case "invalid":
            path += (context["key"],) if context["key"] else ()
            message = f"found {shown(_value_at(path, table))}, valid is {context['valid']}"
        case _:
            message = _wrong_value(_value_at(path, table), node_at(path, table))
    if origin.overrides(path):
        return path, Problem(dotted(path), f"{message} (from --set)")
    return path, Problem(dotted(path), message, origin.line(path))


def _key_path(loc: Sequence[str | int]) -> KeyPath:
    """Where an error is, without the kinds that pydantic names on the way."""
    path: KeyPath = ()
    node: Node = run_schema()
    for part in loc:
        if kinds(node):
            node = kinds(node).get(str(part), {})
        else:
            path, node = (*path, part), child(node, part)
    return path


def _wrong_value(value: object, node: Node) -> str:
    near, valid = "", valid_values(node)
    if isinstance(value, str):
        near = (
            slug(value)
            if node.get("pattern") == NAME_PATTERN
            else nearest(value, filter(_is_text, choices_of(node)))
        )
    if isinstance(value, float) and not math.isfinite(value):
        valid = valid.replace("a number", "a finite number")
    return f"found {shown(value)}, valid is {valid}{_suggestion(near)}"


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _wrong_name(path: KeyPath, table: Mapping[str, object]) -> str:
    """Of a table whose keys are a person's own: the key is at fault, not what it holds."""
    *above, name = path
    names = node_at(tuple(above), table).get("propertyNames", {})
    return f"found the name {shown(name)}, valid is {valid_values(names)}"


def _wrong_kind(path: KeyPath, table: Mapping[str, object]) -> tuple[KeyPath, str]:
    choices = kinds(node_at(path, table))
    section = _value_at(path, table)
    path = (*path, "kind")
    if not isinstance(section, dict) or "kind" not in section:
        return path, f"is missing, valid is {listed(list(choices))}"
    kind = section["kind"]
    near = nearest(kind, choices) if isinstance(kind, str) else ""
    return path, f"found {shown(kind)}, valid is {listed(list(choices))}{_suggestion(near)}"


def _unknown_key(path: KeyPath, table: Mapping[str, object]) -> str:
    *above, key = path
    section, node = _value_at(tuple(above), table), node_at(tuple(above), table)
    kind = section.get("kind") if isinstance(section, dict) else None
    others = [other for other, choice in kinds(node).items() if key in fields(choice)]
    if others:
        return f"unknown key for kind {shown(kind)}, known for {listed(others, 'and')}"
    known = fields(chosen(node, section))
    meant = nearest(str(key), known) or _same_key_elsewhere(str(key))
    return f"unknown key{_suggestion(meant) or f', valid is {listed(list(known))}'}"


def _same_key_elsewhere(key: str) -> str:
    """Full path of a key that was written outside its section; empty if no section has it."""
    for name, section in fields(run_schema()).items():
        if any(key in fields(node) for node in (section, *kinds(section).values())):
            return f"{name}.{key}"
    return ""


def _suggestion(meant: str) -> str:
    return f"; did you mean '{meant}'?" if meant else ""


def _value_at(path: KeyPath, table: object) -> object:
    value = table
    for key in path:
        value = item(value, key)
    return value


def _upwards(path: KeyPath) -> list[KeyPath]:
    """The path, and the paths of all that holds it, innermost first."""
    return [path[:length] for length in range(len(path), 0, -1)]
