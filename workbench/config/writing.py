"""Profiles and other tables as TOML text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.config.profile import RunProfile


def profile_to_toml(profile: RunProfile) -> str:
    """TOML that loads as an equal profile wherever the file lies: its paths are absolute."""
    return table_to_toml(profile.model_dump(mode="json"))


def table_to_toml(table: Mapping[str, Any]) -> str:
    """TOML of any table that TOML can say: what reading it gives is equal to the table."""
    return "\n".join(_table("", table)).lstrip("\n") + "\n"


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The lines of a table: its kind, its other values, then the tables in it."""
    tables = {key: value for key, value in table.items() if _holds_tables(value)}
    values = [key for key in table if key not in tables]
    for key in sorted(values, key=lambda key: key != "kind"):
        yield f"{_key(key)} = {inline(table[key])}"
    for key, inner in tables.items():
        inner_path = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(inner, dict):
            yield from ("", f"[{inner_path}]", *_table(inner_path, inner))
        else:
            for item in inner:
                yield from ("", f"[[{inner_path}]]", *_table(inner_path, item))


def _holds_tables(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, dict) for item in value)
    return isinstance(value, dict)


def inline(value: object) -> str:
    """A value of TOML on one line."""
    match value:
        case bool():
            text = "true" if value else "false"
        case float():
            text = re.sub(r"e([+-])0", r"e\1", repr(value))
        case int():
            # Python writes no more than 4,300 decimal digits; TOML has hexadecimal too.
            text = str(value) if value.bit_length() < 10_000 else hex(value)
        case list():
            text = f"[{', '.join(map(inline, value))}]"
        case dict():
            pairs = (f"{_key(key)} = {inline(item)}" for key, item in value.items())
            text = f"{{{', '.join(pairs)}}}"
        case str():
            text = _string(value)
        case _:
            text = str(value)
    return text


def _key(text: str) -> str:
    return text if re.fullmatch("[A-Za-z0-9_-]+", text) else _string(text)


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
