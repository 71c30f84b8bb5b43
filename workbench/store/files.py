"""Reading small files that anyone may have put into a run folder.

Only regular files, never through a link, and never more than a limit: a pipe
cannot hang a reader and a huge file cannot fill its memory.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from pathlib import Path
from typing import Any

import orjson

from workbench.config.reading import parse
from workbench.errors import ProfileError

MAX_JSON_BYTES = 1 << 20
MAX_TOML_BYTES = 1 << 20


def open_regular(path: Path) -> FileIO:
    """Open a regular file for reading, unbuffered. Raises `OSError` for anything else."""
    # Without O_NONBLOCK, opening a pipe would wait for its writer.
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    return FileIO(descriptor)


def opened_to_append(path: Path) -> int:
    """A descriptor to append to a file, which is made where there is none. Raises `OSError`.

    It waits for no reader of a pipe, and follows no link: one in a stranger's
    folder may point to a file that is not the run's.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    return os.open(path, flags, 0o666)


def read_regular(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises `OSError`."""
    with open_regular(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes", str(path))
    return data


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object. Raises `OSError` or `ValueError`."""
    value = orjson.loads(read_regular(path, MAX_JSON_BYTES))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML document. Raises `OSError` or `ValueError`."""
    text = read_regular(path, MAX_TOML_BYTES).decode()
    try:
        return parse(text, path)
    except ProfileError as error:
        raise ValueError(str(error.problems[0])) from error


def what_failed(error: OSError | ValueError) -> str:
    """The error in a few words, without the path that the caller names anyway."""
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return (reason or type(error).__name__).splitlines()[0]
