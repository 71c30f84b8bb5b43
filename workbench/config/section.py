"""What every section of a profile has in common."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

NAME_PATTERN = r"^[a-z0-9][a-z0-9._-]{0,63}$"


class Section(BaseModel):
    """A table of a profile: frozen, strict, closed, finite.

    The docstring under each field is its help in the form, the JSON schema and
    the documentation.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=True,
    )


def invalid(valid: str, key: str = "") -> PydanticCustomError:
    """The error of a validator: `valid` says in plain words what would be valid.

    `key` names the field at fault where the validator stands on a whole section.
    """
    return PydanticCustomError("invalid", "valid is {valid}", {"valid": valid, "key": key})


def _resolve(value: object, info: ValidationInfo) -> object:
    """Make a path absolute: `~` expands, the rest is relative to the profile's own folder."""
    if not isinstance(value, str | Path):
        return value
    if not str(value) or "\0" in str(value):
        raise invalid("a path that is not empty and has no null character")
    base = Path((info.context or {}).get("base", "")).absolute()
    try:
        # Path("./~x") is Path("~x"): only the text tells a folder of that name from a home.
        path = base / (Path(value).expanduser() if str(value).startswith("~") else value)
    except RuntimeError as error:
        raise invalid("a path whose ~ names a user of this machine") from error
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        # TOML and JSON are UTF-8: the run's own profile could not hold it.
        raise invalid("a path that is text in UTF-8") from error
    return path


UserPath = Annotated[Path, BeforeValidator(_resolve), Field(strict=False)]
"""A path as a person writes it; absolute once validated."""


def _resolve_unless_empty(value: object, info: ValidationInfo) -> object:
    return str(_resolve(value, info)) if isinstance(value, str) and value else value


OptionalUserPath = Annotated[
    str,
    BeforeValidator(_resolve_unless_empty),
    WithJsonSchema({"type": "string", "format": "path"}),
]
"""Like `UserPath`; empty text is no path."""


def in_order(value: tuple[float, float]) -> tuple[float, float]:
    """For an interval, whose first number is not above its second."""
    if value[0] > value[1]:
        raise invalid("two numbers, the smaller one first")
    return value


def worded(valid: str) -> Any:
    """Annotates a text with a pattern: what is valid, in plain words, for its error messages."""
    return Field(json_schema_extra={"valid": valid})


Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN),
    worded("up to 64 lower case letters, digits, dots, dashes and underscores"),
]


def slug(text: str) -> str:
    """The nearest valid name to any text; `run` where nothing of it is left."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")
    return cleaned[:64] or "run"
