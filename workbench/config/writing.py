"""A profile as TOML text, every default spelled out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.config.profile import RunProfile


def profile_to_toml(profile: RunProfile) -> str:
    """TOML that loads as an equal profile wherever the file lies: its paths are absolute."""
    return "\n".join(_table("", profile.model_dump(mode="json"))).lstrip("\n") + "\n"


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a table: its kind, its other values, then the tables in it."""
    tables = {key: value for key, value in table.items() if _holds_tables(value)}
    values = [key for key in table if key not in tables]
    for key in sorted(values, key=lambda key: key != "kind"):
        yield f"{key} = {_value(table[key])}"
    for key, inner in tables.items():
        inner_path = f"{path}.{key}" if path else key
        if isinstance(inner, dict):
            yield from ("", f"[{inner_path}]", *_table(inner_path, inner))
        else:
            for item in inner:
                yield from ("", f"[[{inner_path}]]", *_table(inner_path, item))


def _holds_tables(value: object) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, dict) for item in value)
    return isinstance(value, dict)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return re.sub(r"e([+-])0", r"e\1", repr(value))
        case list():
            return f"[{', '.join(map(_value, value))}]"
        case str():
            return _string(value)
        case _:
            return str(value)


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
