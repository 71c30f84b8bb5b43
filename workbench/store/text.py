"""The one sanitiser for text that comes from files.

A reason, name, note or label may have been written by another program. What
could move the cursor, reorder a line or end it early is made visible here,
once, where the text enters the model.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated

from pydantic import AfterValidator

MAX_TEXT = 1000
"""Characters that `clean` keeps."""

MAX_DEPTH = 100
"""Levels of tables and lists that `clean_value` keeps: more than TOML's reader lets through."""

_JOINERS = "\u200c\u200d"  # needed to write Persian, Hindi and many emoji, and harmless
_LINE_BREAKS = "\t\n\v\f\r\x85"


def _visible(character: str) -> str:
    if character in _LINE_BREAKS:
        return " "
    category = unicodedata.category(character)
    if category in ("Zl", "Zp"):  # the Unicode line and paragraph separators
        return " "
    if character < " ":
        return chr(0x2400 + ord(character))  # its control picture: ESC is shown as ␛
    if category in ("Cc", "Cs", "Cf") and character not in _JOINERS:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """One line of at most `limit` characters that a terminal shows as it stands.

    Line breaks become spaces; control characters, escape sequences,
    bidirectional controls and lone surrogates become visible marks.
    """
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(map(_visible, text))


def clean_value(value: object, depth: int = MAX_DEPTH) -> object:
    """`value` with every text in it cleaned, keys of tables included.

    A whole number beyond 64 bits, which TOML has and JSON's readers have not,
    becomes text. Tables and lists more than `depth` levels deep become an ellipsis: JSON may
    nest deeper than Python may recurse.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return clean(str(value))
    if isinstance(value, dict | list) and not depth:
        return "…"
    if isinstance(value, dict):
        return {clean(str(key)): clean_value(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean_value(item, depth - 1) for item in value]
    return value


CleanText = Annotated[str, AfterValidator(clean)]
"""A text field of a model that is read from a run folder."""
