"""Code of one's own in a profile: a callable, and what it is called with."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from workbench.config.section import Section, UserPath, invalid, worded

_NAME = "[A-Za-z_][A-Za-z0-9_]*"
CALLABLE_PATTERN = rf"^{_NAME}(\.{_NAME})*:{_NAME}(\.{_NAME})*$"

CallableName = Annotated[
    str,
    StringConstraints(pattern=CALLABLE_PATTERN, max_length=200),
    worded("'module:callable', as in 'my_data:load'"),
]
"""`module:callable`, as in `my_data:load` or `package.module:Class`."""


def _argument(value: object) -> object:
    plain = value if isinstance(value, list) else [value]
    for item in plain:
        if not isinstance(item, bool | int | float | str) or (
            isinstance(item, float) and not math.isfinite(item)
        ):
            raise invalid("true, false, a finite number, text, or a list of these")
    return value


_PLAIN: list[dict[str, Any]] = [{"type": t} for t in ("boolean", "integer", "number", "string")]

Argument = Annotated[
    Any,
    AfterValidator(_argument),
    WithJsonSchema({"anyOf": [*_PLAIN, {"type": "array", "items": {"anyOf": _PLAIN}}]}),
]
"""What TOML can say on one line."""

_NAMED = {
    "type": "string",
    "pattern": rf"^{_NAME}$",
    "valid": "a name of letters, digits and underscores, the first no digit",
}

Arguments = Annotated[
    dict[Annotated[str, StringConstraints(pattern=rf"^{_NAME}$")], Argument],
    Field(max_length=64, json_schema_extra={"propertyNames": _NAMED}),
]
"""Keyword arguments by name."""


class CustomSection(Section):
    """A callable of one's own, and what it is called with."""

    callable: CallableName
    """`module:callable`, as in `my_data:load`."""
    folder: UserPath = Path()
    """Where the module lies, if it is not installed; the default is the profile's own folder."""
    arguments: Arguments = Field(default_factory=dict)
    """Keyword arguments that the callable is called with."""
