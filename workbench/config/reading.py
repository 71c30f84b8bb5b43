"""Text from a file to tables, with guards: whatever the file holds, an answer comes soon."""

from __future__ import annotations

import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from workbench.config.tokens import tokens
from workbench.config.wording import printable, shortened
from workbench.errors import Problem, ProfileError

MOST_KILOBYTES = 256
"""A profile has a few; a checkpoint given by mistake need not be read to its end."""

# tomllib takes time with the square of a dotted key's length and one level of
# the interpreter's stack per bracket.
MOST_KEY_CHARACTERS = 1_000
MOST_KEY_LEVELS = 32
MOST_BRACKETS = 64

_FORM = "a profile has [sections] of key = value lines; workbench init writes some to start from"


def read_text(path: Path) -> str:
    """A profile's text. Raises ProfileError if it is no readable, small file of UTF-8."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            what = "is a folder" if stat.S_ISDIR(mode) else "is not a regular file"
            raise _unusable(path, what)
        with path.open("rb") as file:
            content = file.read(MOST_KILOBYTES * 1024 + 1)
    except FileNotFoundError as error:
        hint = "workbench init writes profiles to start from"
        raise _unusable(path, "does not exist", hint=hint) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _unusable(path, f"cannot be read: {reason}") from error
    if len(content) > MOST_KILOBYTES * 1024:
        raise _unusable(path, f"is larger than {MOST_KILOBYTES} kB, so it is no profile")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unusable(path, "is not text in UTF-8", line) from error


def parse(text: str, path: Path | None = None) -> dict[str, Any]:
    """The tables of TOML text. Raises ProfileError at the first thing that is not TOML."""
    text = text.replace("\r\n", "\n")
    _check_depth(text, path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, line = _place(str(error), text)
        hint = "text stands in quotes, as in kind = 'adam'" if "Invalid value" in message else _FORM
        raise _unusable(path, f"is not TOML: {message}", line, hint=hint) from error
    except ValueError as error:  # a number of thousands of digits, a 30th of February
        raise _unusable(path, f"is not TOML: {error}") from error


def value_of(text: str) -> object:
    """A value typed on the command line: TOML, or else the text itself."""
    try:
        parsed = parse(f"value = {text}")
    except ProfileError:
        return text
    return parsed["value"] if len(parsed) == 1 else text


def _check_depth(text: str, path: Path | None) -> None:
    brackets = levels = characters = 0
    previous = ""
    for token in tokens(text):
        brackets += (token.kind in {"[", "{"}) - (token.kind in {"]", "}"})
        if token.kind == ".":
            levels += 1
        elif previous != ".":
            levels, characters = 1, 0
        characters += len(token.text)
        previous = token.kind
        if brackets > MOST_BRACKETS:
            raise _unusable(path, f"has more than {MOST_BRACKETS} nested brackets", token.line)
        if levels > MOST_KEY_LEVELS or (levels > 1 and characters > MOST_KEY_CHARACTERS):
            most = f"{MOST_KEY_LEVELS} levels or {MOST_KEY_CHARACTERS} characters"
            raise _unusable(path, f"has a dotted key of more than {most}", token.line)


def _place(message: str, text: str) -> tuple[str, int]:
    """What tomllib says, apart from where."""
    match = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if match is None:
        return message, 0
    what = message[: match.start()]
    if match[1] is None:
        return f"{what} at the end", text.rstrip().count("\n") + 1
    return f"{what} (column {match[2]})", int(match[1])


def _unusable(path: Path | None, what: str, line: int = 0, *, hint: str = _FORM) -> ProfileError:
    return ProfileError(path, (Problem("", shortened(printable(what), 200), line),), hint=hint)
