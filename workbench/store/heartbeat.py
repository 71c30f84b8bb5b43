"""The status file of a run that trains: written seldom, and never silent for long."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from workbench.errors import WriteError
from workbench.store.status import Status, write_status

STATUS_SECONDS = 1.0
"""The status is written at most this often, but for `publish`."""

HEARTBEAT_SECONDS = 5.0


class StatusWriter:
    """Holds the status while the `with` block runs, and writes it.

    A thread renews the heartbeat through long steps. What it could not write is
    raised by the next call from outside, as `WriteError`.
    """

    def __init__(self, run: Path, status: Status) -> None:
        self.status = status
        self._run = run
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._failure: WriteError | None = None
        self._due = 0.0

    def __enter__(self) -> StatusWriter:
        self.publish(self.status)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        # The last word of a run that was broken off; the error on its way says more.
        with suppress(WriteError):
            self._write()

    def put(self, status: Status) -> None:
        """Keep the status; write it if the last writing was long enough ago."""
        with self._lock:
            self.status = status
            if self._failure:
                raise self._failure
            if time.monotonic() >= self._due:
                self._write()

    def publish(self, status: Status) -> None:
        """Keep the status and write it at once."""
        with self._lock:
            self.status = status
            self._write()

    def _write(self) -> None:
        write_status(self._run, self.status)
        self._due = time.monotonic() + STATUS_SECONDS

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            with self._lock:
                try:
                    self._write()
                except WriteError as error:
                    self._failure = error
