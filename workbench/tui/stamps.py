"""Whether a file may have changed since one last looked, without reading it."""

from __future__ import annotations

import os

Stamp = tuple[int, int, int] | None
"""When a file was changed in nanoseconds, its size and its number; None without one."""


def stamp(path: str | os.PathLike[str]) -> Stamp:
    """Of the file itself, never of what a link points to: no reader follows one."""
    try:
        found = os.lstat(path)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
