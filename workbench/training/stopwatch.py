"""The time of the training loop, and when the next checkpoint within an epoch is due."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Counts the loop's seconds over all attempts; a pause is not among them.

    By a monotonic clock: one that is set right while a training runs must not
    move its checkpoints.
    """

    def __init__(
        self, checkpoint_minutes: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """With `checkpoint_minutes` 0 no checkpoint is ever due."""
        self._interval = 60 * checkpoint_minutes
        self._clock = clock
        self.begin(0.0)

    def begin(self, seconds: float) -> None:
        """An attempt begins, with `seconds` from those before it."""
        self._began = self._clock() - seconds
        self.checkpoint_taken()

    @property
    def seconds(self) -> float:
        return self._clock() - self._began

    @contextmanager
    def paused(self) -> Iterator[None]:
        """What happens inside takes no time."""
        before = self._clock()
        yield
        self._began += self._clock() - before

    def checkpoint_taken(self) -> None:
        self._checkpoint = self._clock()

    @property
    def is_checkpoint_due(self) -> bool:
        """Whether the last checkpoint, or the attempt's beginning, is long enough ago."""
        return self._interval > 0 and self._clock() - self._checkpoint >= self._interval
