"""Deleting a folder and measuring it, whatever lies in it.

Everything is named relative to an open folder, and no link is followed: what a
link in a stranger's folder points to is neither deleted nor counted.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_DEEPEST = 64
"""Folders in folders that are measured: each one on the way holds a descriptor."""

DOOMED = "deleting-"
"""Begins the name of what is being deleted: half of a run must not be taken for one."""


@dataclass(frozen=True)
class Kept:
    """Something that could not be deleted."""

    name: str
    """As a path below the folder that was to go."""
    reason: str


@dataclass(frozen=True)
class Identity:
    """Tells a file or folder from another one that came in its place."""

    device: int
    inode: int


def identity_of(name: str, *, inside: int) -> Identity:
    """Of a link, its own. Raises `OSError`."""
    found = os.stat(name, dir_fd=inside, follow_symlinks=False)
    return Identity(found.st_dev, found.st_ino)


@contextmanager
def opened_folder(path: Path | str, *, inside: int | None = None) -> Iterator[int]:
    """A descriptor of a folder. Raises `OSError` for anything else, a link to one included."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, dir_fd=inside)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def size_of(name: str, *, inside: int, depth: int = 0) -> int:
    """Bytes of a file, or of the regular files in a folder; what cannot be looked at counts 0."""
    try:
        found = os.stat(name, dir_fd=inside, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode):
            return found.st_size if stat.S_ISREG(found.st_mode) else 0
        if depth > _DEEPEST:
            return 0
        with opened_folder(name, inside=inside) as folder, os.scandir(folder) as entries:
            return sum(size_of(entry.name, inside=folder, depth=depth + 1) for entry in entries)
    except OSError:
        return 0


def delete(name: str, *, inside: int) -> list[Kept]:
    """Delete a file or folder for good; returns what would not go.

    A folder is renamed first, and its folders are moved up beside it before
    they are emptied: so no depth is too deep, and one that is begun and not
    ended is seen as such. What another process deletes meanwhile is as good as
    deleted; only a `name` that is not there at all is returned.
    """
    try:
        found = os.stat(name, dir_fd=inside, follow_symlinks=False)
        if not stat.S_ISDIR(found.st_mode):
            return _unlinked(name, name, inside)
        waiting = [(_moved(name, inside, inside), name)]
    except OSError as error:
        return [_kept(name, error)]
    kept: list[Kept] = []
    while waiting:
        current, shown = waiting.pop()
        try:
            with _writable_folder(current, inside) as folder:
                waiting += _emptied(folder, shown, inside, kept)
            os.rmdir(current, dir_fd=inside)
        except FileNotFoundError:
            continue
        except OSError as error:
            kept.append(_kept(shown, error))
    return kept


def _emptied(folder: int, shown: str, above: int, kept: list[Kept]) -> list[tuple[str, str]]:
    """Delete a folder's files and move its folders up; their new names, and what to call them."""
    moved = []
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        path = f"{shown}/{name}"
        if not is_folder:
            kept += _unlinked(name, path, folder)
            continue
        try:
            moved.append((_moved(name, folder, above), path))
        except FileNotFoundError:
            continue
        except OSError as error:
            kept.append(_kept(path, error))
    return moved


def _moved(name: str, folder: int, above: int) -> str:
    new = f"{DOOMED}{secrets.token_hex(8)}"
    try:
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=above)
    except PermissionError:  # a folder that is moved must itself be writable
        os.chmod(name, stat.S_IRWXU, dir_fd=folder)
        os.rename(name, new, src_dir_fd=folder, dst_dir_fd=above)
    return new


@contextmanager
def _writable_folder(name: str, inside: int) -> Iterator[int]:
    found = os.stat(name, dir_fd=inside, follow_symlinks=False)
    if stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_IRWXU != stat.S_IRWXU:
        os.chmod(name, stat.S_IRWXU, dir_fd=inside)
    with opened_folder(name, inside=inside) as folder:
        yield folder


def _unlinked(name: str, shown: str, folder: int) -> list[Kept]:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return []
    except OSError as error:
        return [_kept(shown, error)]
    return []


def _kept(name: str, error: OSError) -> Kept:
    return Kept(name, error.strerror or str(error))
