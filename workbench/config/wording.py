"""Values and choices in plain words, safe for a terminal."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

VALUE_LENGTH = 60
"""Characters of a value that an error shows."""


def printable(text: str) -> str:
    """The text with everything that could steer a terminal or reorder it written as an escape."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode("ascii")
        for c in text
    )


def shortened(text: str, length: int = VALUE_LENGTH) -> str:
    """At most `length` characters, the last an ellipsis where some were cut."""
    return text if len(text) <= length else text[: length - 1] + "…"


def shown(value: object) -> str:
    """A value as a profile would spell it, on one line and bounded in length."""
    match value:
        case bool():
            text = "true" if value else "false"
        case str():
            # Cut before escaping: a megabyte of text need not be walked for sixty characters.
            text = f"'{shortened(printable(shortened(value)))}'"
        case int():
            # Hexadecimal has no limit on digits, str(int) has one.
            text = str(value) if abs(value) < 2**63 else shortened(hex(value), 24)
        case dict():
            text = "a table"
        case list():
            text = _shown_list(value)
        case _:
            text = shortened(printable(str(value)))
    return text


def _shown_list(values: list[object]) -> str:
    """A short list of plain values as it stands: any of them may be what is wrong."""
    if not values:
        return "an empty list"
    plain = all(isinstance(value, bool | int | float | str) for value in values)
    if plain and len(values) <= VALUE_LENGTH // 3:
        text = f"[{', '.join(map(shown, values))}]"
        if len(text) <= VALUE_LENGTH:
            return text
    return f"a list of {counted(len(values), 'value')}"


def counted(number: int, noun: str) -> str:
    """`1 value`, `2 values`, `1,797 values`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: Sequence[str], conjunction: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice that a person who typed `word` most likely meant; empty if none is near."""
    lower = {choice.lower(): choice for choice in choices}
    near = difflib.get_close_matches(word[:100].lower(), lower, n=1)
    return lower[near[0]] if near else ""


def dotted(path: Iterable[str | int]) -> str:
    """A key path as a person reads it: `data.augment.0.kind`."""
    return ".".join(shortened(printable(shortened(str(key)))) for key in path)
