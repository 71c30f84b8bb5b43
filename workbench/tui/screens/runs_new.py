"""Profiles to start from: those that come with the program, and the defaults."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from rich.text import Text

QUICKSTART = "quickstart"


@dataclass(frozen=True)
class Start:
    name: str
    text: str
    """What it is, in a few words."""
    table: dict[str, Any]
    path: Path | None = None
    """Where it is written; None for the defaults."""


def starts() -> list[Start]:
    """The quickstart first, the defaults last.

    Raises `WorkbenchError` where the ready profiles are missing or damaged.
    """
    from workbench.config.ready import ready_files, ready_profiles

    folder = ready_profiles()
    ready = [_start(path, str(path.relative_to(folder).with_suffix(""))) for path in ready_files()]
    ready.sort(key=lambda start: start.name != QUICKSTART)
    return [*ready, Start("defaults", "An empty profile, every value its default", {})]


def _start(path: Path, name: str) -> Start:
    from workbench.config.reading import parse, read_text

    text = read_text(path)
    return Start(name, _first_sentence(text), parse(text, path), path)


def _first_sentence(text: str) -> str:
    """Of the comment that a profile begins with, in one line."""
    above = takewhile(lambda line: line.startswith("#"), text.splitlines())
    comment = " ".join(line.removeprefix("#").strip() for line in above)
    return re.split(r"[.:](?= )", comment, maxsplit=1)[0].rstrip(".:")


def as_line(start: Start, width: int) -> Text:
    name = (start.name.ljust(width + 2), "bold")
    return Text.assemble(name, (start.text, "dim"), no_wrap=True, overflow="ellipsis")
