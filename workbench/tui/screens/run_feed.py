"""What a run's folder tells, read again only where a file has changed."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workbench.store import layout
from workbench.store.control import is_pause_requested, is_stop_requested
from workbench.store.runs import Run
from workbench.store.status import Status
from workbench.tui.stamps import stamp

if TYPE_CHECKING:
    from workbench.store.history import History

ALIVE_SECONDS = 1.0
"""How often it is asked whether the owner of an active run lives: no file tells its death."""


@dataclass(frozen=True)
class Snapshot:
    """Where a run stands, and what was asked of it."""

    status: Status = field(default_factory=Status)
    asked: str = ""
    """`pause` or `stop` while the run has not heeded it yet; `resume` while it waits its turn."""
    dropped: int = 0
    """Damaged lines of its record."""
    is_gone: bool = False
    """The folder vanished, or the disk refuses it now: what is known of the run is what was."""

    @property
    def is_active(self) -> bool:
        return self.status.is_active and not self.is_gone


class RunFeed:
    """Keeps a run's status and history up to date; `look` and `read` say whether they changed."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.now = Snapshot()
        self.waits = False
        """Whether it is to be gone on with in this window; no file tells it."""
        self.history: History | None = None
        """None until it was first read, which may take a while."""
        self._status_stamp: object = ()
        self._metrics_stamp: object = ()
        self._due = 0.0

    def look(self) -> bool:
        """Read the status anew if it may have changed; True if it has."""
        before = self.now
        if not os.path.isdir(self.run.path):  # noqa: PTH112 - Path.is_dir raises what the disk says
            self.now = Snapshot(before.status, dropped=before.dropped, is_gone=True)
        else:
            dropped = self.history.dropped if self.history else 0
            status = self._status()
            asked = _asked(self.run, status) or ("resume" if self.waits else "")
            self.now = Snapshot(status, asked, dropped)
        return self.now != before

    def read_all(self) -> None:
        """Read the history for the first time."""
        self._metrics_stamp = self._metrics()
        self.history = self.run.history()

    def read(self) -> bool:
        """Read what was appended to the history; True if there was anything."""
        metrics = self._metrics()
        if self.history is None or metrics == self._metrics_stamp:
            return False
        self._metrics_stamp = metrics
        return self.history.update()

    def _status(self) -> Status:
        path = self.run.path
        stamps = stamp(path / layout.STATUS), stamp(path / layout.OWNER)
        now = time.monotonic()
        is_due = self.now.status.is_active and now >= self._due
        if stamps == self._status_stamp and not is_due and not self.now.is_gone:
            return self.now.status
        self._status_stamp, self._due = stamps, now + ALIVE_SECONDS
        return self.run.status()

    def _metrics(self) -> object:
        """Changes with each line and each attempt."""
        attempts = layout.attempts(self.run.path)
        newest = attempts[-1] if attempts else 0
        return newest, stamp(layout.metrics_file(self.run.path, newest))


def _asked(run: Run, status: Status) -> str:
    if not status.is_active:
        return ""
    if is_stop_requested(run):
        return "stop"
    return "pause" if status.state != "paused" and is_pause_requested(run) else ""
