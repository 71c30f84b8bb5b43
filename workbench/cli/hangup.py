"""A terminal or pipe that goes away takes the output along, never the training."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

OUTPUTS = (1, 2)


@contextmanager
def output_may_go() -> Iterator[None]:
    """While inside, SIGHUP only silences those outputs that are terminals. Main thread only."""
    terminals = [number for number in OUTPUTS if os.isatty(number)]

    def hang_up(number: int, frame: FrameType | None) -> None:
        _silence(terminals)

    previous = signal.signal(signal.SIGHUP, hang_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, previous)


class LastingStream:
    """A stream to a person who may go away: from then on what is written to it is lost.

    A terminal may refuse before its SIGHUP arrives, and a pipe sends none.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.encoding = stream.encoding

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            # What its buffer still holds goes there too, at the latest when the process ends.
            _silence([self._stream.fileno()])
        return len(text)

    def flush(self) -> None:
        """Nothing waits."""


def _silence(descriptors: Iterable[int]) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for descriptor in descriptors:
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
