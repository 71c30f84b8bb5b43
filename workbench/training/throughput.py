"""Images per second of training steps."""

from __future__ import annotations

import time
from collections.abc import Callable


class Throughput:
    """Counts training images over the time between flushes, from the first flush on.

    Start-up and compiling lie before the first flush; evaluation, checkpoints
    and pauses between `flushed` and the next `begin`: none of them counts.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._mark = 0.0
        self._warm = False
        self._images = 0
        self._seconds = 0.0

    def begin(self) -> None:
        """Training steps begin, or begin again."""
        self._mark = self._clock()

    def flushed(self, images: int) -> None:
        """The losses of the steps so far have arrived; they trained `images` images."""
        now = self._clock()
        if self._warm:
            self._images += images
            self._seconds += now - self._mark
        self._warm = True
        self._mark = now

    @property
    def images_per_second(self) -> float:
        """NaN before the second flush."""
        return self._images / self._seconds if self._seconds > 0 else float("nan")
