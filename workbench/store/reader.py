"""Reads what was appended to a run's metrics files since the last time.

The same road for a run that trains in this process, in another, or ended last
year. Nothing in a file can raise: a torn last line is waited for, a damaged
line is skipped and counted.
"""

from __future__ import annotations

import errno
import os
from collections import deque
from io import FileIO
from pathlib import Path

from workbench.store.files import open_regular
from workbench.store.layout import attempts, metrics_file
from workbench.store.lines import Record, decode

CHUNK_BYTES = 1 << 20
"""Read at a time: the records of a larger part would not stay in the processor's cache."""
LONGEST_BYTES = 8 << 20
"""A longer line counts as damaged."""


class EventReader:
    """Keeps its place in the metrics files of one run; holds no file open."""

    def __init__(self, run: Path) -> None:
        self.dropped = 0
        """Damaged lines so far."""
        self._run = run
        self._attempt = 0
        self._later: deque[int] = deque()
        """Attempts that are known to follow this one, ascending."""
        self._offset = 0
        self._is_torn = False
        self._in_long_line = False

    def read(self) -> list[Record]:
        """The next records, of at most one chunk; empty when there is nothing new.

        `attempt` in each is the number of its file.
        """
        while True:
            # Looked up before reading: once a later file exists, this one grows no more.
            self._look_for_later()
            while (chunk := self._read_chunk()) is not None:
                if records := self._decode(chunk):
                    return records
            if not self._later:
                return []
            self._move_to(self._later.popleft())

    def _look_for_later(self) -> None:
        # Only where none is known: a folder of many attempts is not listed for each of them.
        if not self._later:
            self._later.extend(n for n in attempts(self._run) if n > self._attempt)

    def _read_chunk(self) -> bytes | None:
        """Whole lines from the current place on; None where there are none yet."""
        try:
            with open_regular(metrics_file(self._run, self._attempt)) as file:
                file.seek(self._offset)
                data = file.read(CHUNK_BYTES)
                if len(data) == CHUNK_BYTES and b"\n" not in data:
                    data += file.read(LONGEST_BYTES - CHUNK_BYTES)
                following = _data_from(file, self._offset + len(data))
        except OSError:
            return None
        start, end = 0, data.rfind(b"\n") + 1
        self._is_torn = end < len(data)
        if not end:
            return self._skip_long_line(following) if len(data) == LONGEST_BYTES else None
        if self._in_long_line:
            start = data.find(b"\n") + 1
            self._in_long_line = False
        self._offset += end
        return data[start:end]

    def _skip_long_line(self, following: int) -> bytes:
        self._offset = following
        self.dropped += not self._in_long_line
        self._in_long_line = True
        return b""

    def _decode(self, chunk: bytes) -> list[Record]:
        lines = chunk.split(b"\n")[:-1]
        records = [record for line in lines if (record := decode(line)) is not None]
        for record in records:
            record["attempt"] = self._attempt
        self.dropped += len(lines) - len(records)
        return records

    def _move_to(self, attempt: int) -> None:
        # What is torn now was torn by the end of its writer, and stays so.
        self.dropped += self._is_torn and not self._in_long_line
        self._attempt, self._offset = attempt, 0
        self._is_torn = self._in_long_line = False


def _data_from(file: FileIO, offset: int) -> int:
    """The first place from `offset` on that is no hole of a sparse file: a hole ends no line."""
    try:
        return os.lseek(file.fileno(), offset, os.SEEK_DATA)
    except OSError as error:
        # Nothing but a hole follows; or the file system knows of no holes.
        size = os.fstat(file.fileno()).st_size
        return max(offset, size) if error.errno == errno.ENXIO else offset
