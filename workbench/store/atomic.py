"""Files that are either whole or not there, whatever kills the process."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import orjson

from workbench.errors import WriteError

RESERVED_BYTES = 16 << 10
"""More than a status with its metrics takes."""


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
    write_bytes(path, json_bytes(value))


def json_bytes(value: object) -> bytes:
    """What `write_json` writes."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps(value, option=options)


class Reserve:
    """Room on the disk for one last version of `path`, until `close`.

    A full disk refuses a new file, but not new bytes in the place of old ones:
    the temporary file of that version is there, full of bytes, from the start.
    Raises `WriteError` where there is no room even for it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        # Named like any temporary file, so that `remove_leftovers` finds it.
        self._temporary = path.with_name(f".{path.name}.reserved.tmp")
        try:
            self._file = self._temporary.open("xb")
        except OSError as error:
            raise WriteError(path, error) from error
        try:
            # Random: a file system that compresses would keep no room for zeros.
            self._write(secrets.token_bytes(RESERVED_BYTES))
        except OSError as error:
            self.close()
            raise WriteError(path, error) from error

    def close(self) -> None:
        """Give back what was not spent."""
        with suppress(OSError):  # a read-only disk; the next writer removes it
            self._temporary.unlink(missing_ok=True)
        with suppress(OSError):  # what the disk refused once more is told already
            self._file.close()

    def spend(self, data: bytes) -> None:
        """Make `data` the file `path`. Raises `WriteError`; only once."""
        try:
            self._file.seek(0)
            self._write(data)
            self._temporary.replace(self._path)
        except OSError as error:
            raise WriteError(self._path, error) from error

    def _write(self, data: bytes) -> None:
        self._file.write(data)
        self._file.truncate()
        os.fsync(self._file.fileno())


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
