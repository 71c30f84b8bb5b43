"""What every section of a profile has in common."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

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


def _resolve(value: object, info: ValidationInfo) -> object:
    """Make a path absolute: `~` expands, the rest is relative to the profile's own folder."""
    if not isinstance(value, str | Path) or not str(value):
        return value
    base = (info.context or {}).get("base", Path.cwd())
    return Path(base, Path(value).expanduser())


UserPath = Annotated[Path, BeforeValidator(_resolve), Field(strict=False)]
"""A path as a person writes it; absolute once validated."""

Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]


def slug(text: str) -> str:
    """The nearest valid name to any text; `run` where nothing of it is left."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("._-")
    return cleaned[:64] or "run"
