"""What the trainer is asked between steps, from a signal and from flags in the run folder."""

from __future__ import annotations

import time
from collections.abc import Callable

from workbench.events import Request
from workbench.store.control import is_pause_requested, is_stop_requested
from workbench.store.runs import Run

POLL_SECONDS = 0.2
"""Flags are looked up at most so often: a step may take a millisecond, a shared disk ten."""


Wish = Callable[[], bool]
"""Whether the process that trains itself wants something."""


def never() -> bool:
    return False


class Control:
    """Answers the trainer. `stop`, `release` and `checkpoint` are asked at every step.

    `checkpoint` says True once for each checkpoint that is wanted.
    """

    def __init__(
        self,
        run: Run,
        stop: Wish = never,
        checkpoint: Wish = never,
        release: Wish = never,
    ) -> None:
        self._run = run
        self._stop = stop
        self._checkpoint = checkpoint
        self._release = release
        self._flags = Request.GO_ON
        self._looked = -POLL_SECONDS

    def __call__(self) -> Request:
        if self._stop():
            return Request.STOP
        if self._release():  # flags stay for the process that goes on
            return Request.RELEASE
        if self._checkpoint():
            return Request.CHECKPOINT
        now = time.monotonic()
        if now - self._looked >= POLL_SECONDS:
            self._looked = now
            self._flags = self._read_flags()
        return self._flags

    def _read_flags(self) -> Request:
        if is_stop_requested(self._run):
            return Request.STOP
        return Request.PAUSE if is_pause_requested(self._run) else Request.GO_ON
