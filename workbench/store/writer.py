"""The metrics file of one attempt: append-only, one `write` for each line."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path
from types import TracebackType

from workbench.errors import WriteError
from workbench.store import layout
from workbench.store.lines import FORMAT, Record, encode


class MetricsWriter:
    """Opens the next free `metrics/NNNN.jsonl`. Raises `WriteError` when the disk refuses."""

    def __init__(self, run: Path) -> None:
        self.attempt = 0
        """The number of the file, from 1."""
        self._first = {"format": FORMAT}
        self._is_torn = False
        self._path = run / layout.METRICS
        try:
            self._path.mkdir(exist_ok=True)
            self._descriptor = self._open_next(run)
        except OSError as error:
            raise WriteError(self._path, error) from error

    def __enter__(self) -> MetricsWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)

    def append(self, record: Record) -> None:
        """Write one line, with the attempt and the time."""
        stamps = {"attempt": self.attempt, "time": round(time.time(), 3)}
        line = encode({"event": record["event"], **self._first, **stamps, **record})
        self._first = {}
        try:
            self._check_place()
            self._write(line)
        except OSError as error:
            raise WriteError(self._path, error) from error

    def sync(self) -> None:
        """Make the lines so far outlast a power cut."""
        try:
            self._check_place()
            os.fsync(self._descriptor)
        except OSError as error:
            raise WriteError(self._path, error) from error

    def _check_place(self) -> None:
        """A file that was deleted or moved takes every line, and nobody would ever read them."""
        if not os.path.samestat(self._path.stat(), os.fstat(self._descriptor)):
            raise FileNotFoundError(errno.ENOENT, "another file is in its place")

    def _write(self, line: bytes) -> None:
        if self._is_torn:
            line = b"\n" + line  # or it would be lost with the line before
        written = os.write(self._descriptor, line)
        self._is_torn = written < len(line)
        if self._is_torn:  # the disk took what it had room for
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _open_next(self, run: Path) -> int:
        last = max(layout.attempts(run), default=0)
        for attempt in range(last + 1, layout.LAST_ATTEMPT + 1):
            self._path = layout.metrics_file(run, attempt)
            self.attempt = attempt
            try:
                return os.open(
                    self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o666
                )
            except FileExistsError:
                continue
        self._path = layout.metrics_file(run, layout.LAST_ATTEMPT)
        raise OSError(errno.EOVERFLOW, "no attempt can come after it")
