"""The JSON schema of a profile: for editors, and for finding one's way in a profile.

Overrides, error messages and forms ask this schema what a key may be, so that
there is one description of a profile beside its models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

Node = Mapping[str, Any]
"""The schema of one value; {} where nothing is known of it."""

KeyPath = tuple[str | int, ...]
"""Keys and list indices from the top of a profile to a value."""


@cache
def run_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a run's profile, with every field's help."""
    from workbench.config.profile import RunProfile

    schema = RunProfile.model_json_schema()
    schema.pop("title")
    for section in schema["$defs"].values():
        # Loading asks for `kind`, though each model knows its own.
        if "kind" in section.get("properties", {}):
            section["required"] = ["kind", *section.get("required", [])]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "workbench run profile",
        "description": "One run: data, model, optimizer, schedule and training.",
        **schema,
    }


def kinds(node: Node) -> dict[str, Node]:
    """The choices of a section by their `kind`; {} for anything but a section with kinds."""
    mapping = node.get("discriminator", {}).get("mapping", {})
    return {kind: _dereferenced({"$ref": reference}) for kind, reference in mapping.items()}


def chosen(node: Node, value: object) -> Node:
    """The schema that applies to `value`: of its kind, or of the default's kind."""
    choices = kinds(node)
    if not choices:
        return node
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(kind, str):
        kind = node.get("default", {}).get("kind")
    return choices.get(kind, {})


def fields(node: Node) -> dict[str, Node]:
    """The keys of a table and their schemas."""
    return {key: _dereferenced(field) for key, field in node.get("properties", {}).items()}


def choices_of(node: Node) -> list[Any]:
    """The values of which one is to be written; [] where any of a type will do."""
    return [node["const"]] if "const" in node else list(node.get("enum", ()))


def child(node: Node, key: str | int) -> Node:
    """The schema one step down: of a key of a table, of an item of a list."""
    if "properties" in node:
        return fields(node).get(str(key), {})
    if "prefixItems" in node:
        return _dereferenced(item(node["prefixItems"], key) or {})
    if node.get("additionalProperties"):
        return _dereferenced(node["additionalProperties"])
    for inner in node.get("patternProperties", {}).values():
        return _dereferenced(inner)
    return _dereferenced(node.get("items", {}))


def node_at(path: KeyPath, table: object) -> Node:
    """The schema of the value at `path` of a profile as written, whose kinds decide the way."""
    node: Node = run_schema()
    value = table
    for key in path:
        node = child(chosen(node, value), key)
        value = item(value, key)
    return node


def item(container: Any, key: str | int) -> Any:
    """What a table or list holds under a key; None where there is no such thing."""
    if isinstance(container, dict):
        return container.get(key)
    place = index(key, container) if isinstance(container, list) else None
    return None if place is None else container[place]


def index(key: str | int, items: Sequence[object]) -> int | None:
    """The place in a list that a key names; None if the list has no such place."""
    if isinstance(key, str):
        # int() refuses thousands of digits; no list needs more than nine.
        key = int(key) if key.isdecimal() and len(key) < 10 else len(items)
    return key if key < len(items) else None


def _dereferenced(node: Node) -> Node:
    reference = node.get("$ref", "")
    return {**run_schema()["$defs"][reference.rpartition("/")[2]], **node} if reference else node
