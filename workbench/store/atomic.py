"""Files that are either whole or not there, whatever kills the process."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import orjson

from workbench.errors import WriteError


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Replace `path` by what `write` writes to the binary file it is given.

    A reader sees the old file or the new one, never a part. Raises `WriteError`
    when the disk refuses; the old file then stands as it was.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            # "x" follows no link that someone put there.
            with temporary.open("xb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise WriteError(path, error) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Replace `path` by `data`, atomically."""
    write_atomically(path, lambda file: file.write(data))


def write_json(path: Path, value: object) -> None:
    """Replace `path` by `value` as JSON, atomically; a non-finite number becomes null."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    write_bytes(path, orjson.dumps(value, option=options))


def remove_leftovers(folder: Path, names: str) -> None:
    """Delete temporary files of killed writers; only the single writer of `names` may ask.

    `names` is a glob over the files' final names.
    """
    for leftover in folder.glob(f".{names}.????????.tmp"):
        leftover.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some network file systems cannot sync a folder; they order renames themselves.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)
