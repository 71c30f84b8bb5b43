"""The tokens of TOML text with their lines, for what tomllib does not tell or withstand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Token(NamedTuple):
    kind: str
    """`string`, `word`, `newline`, or the punctuation itself: one of `[]{}=,.`."""
    text: str
    line: int
    """Where it begins, from 1."""


# An unclosed string runs to the end of its line or of the text, so that no
# character is looked at twice: reading stays linear whatever the text.
_TOKEN = re.compile(
    r'''
      (?P<blank> [ \t\r]+ | \#[^\n]* )
    | (?P<newline> \n )
    | (?P<string>
          """ (?: [^\\] | \\. )*? (?: "{3,5} | \Z )
        | \'\'\' .*? (?: '{3,5} | \Z )
        | " (?: [^"\\\n] | \\[^\n] )* "?
        | ' [^'\n]* '?
      )
    | (?P<mark> [\[\]{}=,.] )
    | (?P<word> [^\s\#"'\[\]{}=,.]+ | . )
    ''',
    re.VERBOSE | re.DOTALL,
)


def has_comments(text: str) -> bool:
    """Whether TOML text says anything to a person that its tables do not hold."""
    return any(match.group().startswith("#") for match in _TOKEN.finditer(text) if match["blank"])


def tokens(text: str) -> Iterator[Token]:
    """Every token but blanks and comments. Text that is not TOML gives tokens of no meaning."""
    line = 1
    for match in _TOKEN.finditer(text):
        kind, found = str(match.lastgroup), match.group()
        if kind != "blank":
            yield Token(found if kind == "mark" else kind, found, line)
        line += found.count("\n")
