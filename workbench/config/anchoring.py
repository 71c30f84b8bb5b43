"""Relative paths of a profile made absolute, for when it moves to another folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.config.defaults import defaults, is_section
from workbench.config.schema import Node, child, chosen, fields, run_schema


def anchored(table: Mapping[str, Any], base: Path) -> dict[str, Any]:
    """The table with its paths, taken as relative to `base`, made absolute.

    A default that is relative, such as the profile's own folder, is spelled out.
    """
    return _section(table, run_schema(), base.absolute())


def _section(table: Mapping[str, Any], node: Node, base: Path) -> dict[str, Any]:
    known = chosen(node, table)
    relative = {
        key: value for key, value in defaults(known).items() if _is_path(fields(known).get(key, {}))
    }
    return {
        key: _value(value, child(known, key), base)
        for key, value in ({k: v for k, v in relative.items() if _moves(v)} | dict(table)).items()
    }


def _value(value: Any, node: Node, base: Path) -> Any:
    if isinstance(value, dict) and is_section(node):
        return _section(value, node, base)
    if isinstance(value, list) and is_section(child(node, 0)):
        return [_value(item, child(node, 0), base) for item in value]
    return str(base / value) if _is_path(node) and _moves(value) else value


def _is_path(node: Node) -> bool:
    return node.get("format") == "path"


def _moves(value: object) -> bool:
    """Whether a path means another place in another folder."""
    if not isinstance(value, str) or not value or value.startswith("~"):
        return False
    return "\0" not in value and not Path(value).is_absolute()
