"""Values of a profile as one line of text, and what such a line means."""

from __future__ import annotations

import re

from workbench.config.reading import value_of
from workbench.config.schema import Node
from workbench.config.wording import printable
from workbench.config.writing import inline

_SHORT_NUMBER = re.compile(r"[+-]?(\.\d+|\d+\.)(e[+-]?\d+)?", re.IGNORECASE)
"""What people write and TOML does not take: `.5`, `1.`."""


def text_of(value: object, node: Node) -> str:
    """How an editor shows a value; `read` takes it back, if the value is valid."""
    if isinstance(value, str) and (_is_text(node) or read(value, node) == value):
        return printable(value)
    return inline(value)


def read(text: str, node: Node) -> object:
    """The value that a person means; what can't be one stays text, for its error to show."""
    if _is_text(node):
        return text
    text = text.strip()
    if _SHORT_NUMBER.fullmatch(text):
        return float(text)
    value = value_of(text)
    if isinstance(value, str) and value == text:
        for opened, closed in _brackets(node):
            inside = value_of(f"{opened}{text}{closed}")
            if not isinstance(inside, str):
                return inside
    return value


def written_alike(one: object, other: object) -> bool:
    """Whether two values are written the same: 1 is not 1.0."""
    return repr(one) == repr(other)


def _is_text(node: Node) -> bool:
    return node.get("type") == "string"


def _brackets(node: Node) -> list[tuple[str, str]]:
    """Those that a person may leave out."""
    kind = node.get("type")
    return [("[", "]")] if kind == "array" else [("{", "}")] if kind == "object" else []
