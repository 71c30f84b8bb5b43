"""Ctrl-C and SIGTERM: the first asks for a clean stop, a second Ctrl-C ends at once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopSignal:
    """The signal that asked for a stop; `number` is 0 until one came. Calling it asks."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self) -> bool:
        return self.number != 0

    def receive(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        # The next Ctrl-C raises KeyboardInterrupt wherever the program stands.
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def stop_on_signals() -> Iterator[StopSignal]:
    """While inside, SIGINT and SIGTERM only set the yielded flag. Main thread only."""
    flag = StopSignal()
    previous = {
        number: signal.signal(number, flag.receive) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield flag
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
