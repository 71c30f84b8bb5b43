"""The status file of a run that trains: written seldom, and never silent for long."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from types import TracebackType

from workbench.errors import WriteError
from workbench.store import layout
from workbench.store.atomic import Reserve
from workbench.store.status import Status, status_bytes, write_status

STATUS_SECONDS = 1.0
"""The status is written at most this often, but for `publish`."""

HEARTBEAT_SECONDS = 5.0


logger = logging.getLogger(__name__)


class StatusWriter:
    """Holds the status while the `with` block runs, and writes it.

    A thread renews the heartbeat through long steps. A status that the disk
    refuses is written with the next heartbeat that it takes; room for the last
    one is kept from the start. Only the first must go through: `WriteError`.
    """

    def __init__(self, run: Path, status: Status) -> None:
        self.status = status
        self._run = run
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._is_refused = False
        self._due = 0.0

    def __enter__(self) -> StatusWriter:
        write_status(self._run, self.status)
        self._reserve = Reserve(self._run / layout.STATUS)
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
        with closing(self._reserve):
            self._write_last()

    def put(self, status: Status) -> None:
        """Keep the status; write it if the last writing was long enough ago."""
        with self._lock:
            self.status = status
            if time.monotonic() >= self._due:
                self._write()

    def publish(self, status: Status) -> None:
        """Keep the status and write it at once."""
        with self._lock:
            self.status = status
            self._write()

    def _write(self) -> None:
        self._due = time.monotonic() + STATUS_SECONDS
        try:
            write_status(self._run, self.status)
        except WriteError as error:
            if not self._is_refused:  # told once, not with every heartbeat
                logger.warning("%s; it will be tried again", error)
            self._is_refused = True
        else:
            self._is_refused = False

    def _write_last(self) -> None:
        """The last word, which nothing will correct."""
        try:
            write_status(self._run, self.status)
        except WriteError:
            # On a folder that is gone or read-only there is nothing to be said.
            with suppress(WriteError):
                self._reserve.spend(status_bytes(self.status))

    def _beat(self) -> None:
        while not self._ended.wait(HEARTBEAT_SECONDS):
            with self._lock:
                self._write()
