"""Signals to a training: SIGINT and SIGTERM stop it cleanly, SIGUSR2 asks for a checkpoint.

SIGTERM is what SLURM and systemd send before they kill. A Ctrl-C after the
first signal to stop ends the process at once.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopSignal:
    """The signal that asked for a stop; `number` is 0 until one came. Calling it asks."""

    def __init__(self) -> None:
        self.number = 0
        self._is_checkpoint_wanted = False

    def __call__(self) -> bool:
        return self.number != 0

    def checkpoint(self) -> bool:
        """Whether a checkpoint was asked for since the last time of asking."""
        if not self._is_checkpoint_wanted:
            return False
        # Only after a True: a signal that arrives between the lines must not be lost.
        self._is_checkpoint_wanted = False
        return True

    def receive(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        # The next Ctrl-C raises KeyboardInterrupt wherever the program stands.
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def receive_checkpoint(self, number: int, frame: FrameType | None) -> None:
        self._is_checkpoint_wanted = True


@contextmanager
def stop_on_signals() -> Iterator[StopSignal]:
    """While inside, SIGINT, SIGTERM and SIGUSR2 only leave a word with what is yielded.

    Main thread only.
    """
    flag = StopSignal()
    handlers = {
        signal.SIGINT: flag.receive,
        signal.SIGTERM: flag.receive,
        signal.SIGUSR2: flag.receive_checkpoint,
    }
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield flag
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def ignore_early_checkpoints() -> None:
    """Until a training begins SIGUSR2 does nothing: there is nothing yet that it could keep.

    By default it would end the process. Main thread only.
    """
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)
