"""A form's profile as a file."""

from __future__ import annotations

import os
from enum import Enum, auto
from pathlib import Path

from workbench.config.anchoring import anchored
from workbench.config.defaults import completed, minimal
from workbench.config.reading import read_text
from workbench.config.tokens import has_comments
from workbench.config.writing import table_to_toml
from workbench.errors import ProfileError
from workbench.store.atomic import write_bytes
from workbench.tui.form.groups import Table
from workbench.tui.form.sources import why_kept


def short_text(table: Table) -> str:
    """TOML of what differs from the defaults: what is saved."""
    return table_to_toml(minimal(table))


def full_text(table: Table) -> str:
    """TOML with every default."""
    return table_to_toml(completed(table))


def save(table: Table, base: Path, path: Path) -> None:
    """Write the file; paths relative to `base` stay so if it lies there. Raises `WriteError`."""
    if path.absolute().parent != base.absolute():
        table = anchored(table, base)
    write_bytes(path, short_text(table).encode())


class Loss(Enum):
    """What is lost where a file is saved to."""

    NOTHING = auto()
    COMMENTS = auto()
    CHANGES = auto()
    """What somebody else wrote since the file was last known."""
    PROFILE = auto()
    OTHER = auto()
    """What is no profile."""


def content_of(path: Path) -> bytes | None:
    """What a profile's file holds, to be known again; None where it is no readable file."""
    try:
        return read_text(path).encode()
    except ProfileError:
        return None


def loses(path: Path, known: bytes | None = None) -> Loss:
    """What saving there loses; `known` is what the form read from the file, or wrote to it."""
    if not os.path.lexists(path):  # not Path.exists, which raises where the disk says no
        return Loss.NOTHING
    content = content_of(path)
    if content is None:
        return Loss.OTHER
    if known is not None and content != known:
        return Loss.CHANGES
    if has_comments(content.decode()):
        return Loss.COMMENTS
    return Loss.PROFILE if known is None else Loss.NOTHING


def wrong_with(text: str) -> str:
    """Why a profile cannot be saved to the path typed; empty where it can."""
    if not text.strip():
        return "type a path"
    try:
        return _wrong_with(path_of(text))
    except (OSError, ValueError, RuntimeError) as error:
        return getattr(error, "strerror", None) or str(error)


def path_of(text: str) -> Path:
    """The path typed. Raises `RuntimeError` for the home of nobody."""
    return Path(text.strip()).expanduser()


def _wrong_with(path: Path) -> str:
    if "\0" in str(path):
        return "a path has no null character"
    if path.is_dir():
        return "that is a folder: add a file name"
    if not path.absolute().parent.is_dir():
        return f"there is no folder {path.absolute().parent}"
    if path.suffix != ".toml":
        return "the name of a profile ends in .toml"
    kept = why_kept(path)
    return f"{kept}: choose another place" if kept else ""
