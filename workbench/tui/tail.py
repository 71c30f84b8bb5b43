"""The end of a log that grows, in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from workbench.store.files import open_regular
from workbench.store.text import clean

MOST_LINES = 2000
MOST_BYTES = 256 << 10
"""Read at once, from the end: what lies before is never shown."""


class Tail:
    """The last lines of a file, each cleaned for the terminal; a missing file has none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._file = (0, 0)
        self._torn = b""
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    @property
    def lines(self) -> Sequence[str]:
        """The whole lines, and what stands of the last."""
        return [*self._lines, *([_text(self._torn)] if self._torn else [])]

    def read(self) -> bool:
        """Take up what was appended; True if that, or nothing any more, is another end."""
        had_lines = bool(self.lines)
        try:
            with open_regular(self._path) as file:
                data = self._appended(file)
        except OSError:
            return False
        if not data:
            return had_lines and not self.lines
        *whole, torn = (self._torn + data).split(b"\n")
        self._torn = torn[-MOST_BYTES:]
        self._lines.extend(map(_text, whole[-MOST_LINES:]))
        return True

    def _appended(self, file: FileIO) -> bytes:
        status = os.fstat(file.fileno())
        is_another = self._file not in ((0, 0), (status.st_dev, status.st_ino))
        if is_another or status.st_size < self._offset:  # replaced, or emptied
            self._offset, self._torn = 0, b""
            self._lines.clear()
        self._file = status.st_dev, status.st_ino
        start = max(self._offset, status.st_size - MOST_BYTES)
        file.seek(start)
        data = file.read(MOST_BYTES) or b""
        if start > self._offset:  # the line that is entered in its middle says nothing
            self._torn, data = b"", data.partition(b"\n")[2] or data
        self._offset = file.tell()
        return data


def _text(line: bytes) -> str:
    return clean(line.decode(errors="replace").rstrip("\r"))
