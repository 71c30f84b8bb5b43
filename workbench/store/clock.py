"""When each step was done, in seconds of training."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np

from workbench.store.columns import FloatArray, IntArray


class Clock:
    """Wall time over counts of steps, with the gaps between attempts left out."""

    def __init__(self) -> None:
        # Lists, not arrays: a mark comes with every line, a question with a drawing.
        self._counts: list[int] = []
        self._seconds: list[float] = []
        self._last = math.nan

    def begin(self, first_step: int) -> None:
        """A new attempt goes on after `first_step` steps."""
        self._cut(first_step + 1)
        self._last = math.nan

    def mark(self, count: int, time: float) -> None:
        """At `time`, in seconds since 1970, `count` steps were done."""
        passed = time - self._last
        # A clock that was set back stands still; the first mark of an attempt adds nothing.
        passed = passed if 0 < passed < math.inf else 0.0
        seconds = passed + (self._seconds[-1] if self._seconds else 0.0)
        self._last = time
        self._cut(count)
        self._counts.append(count)
        self._seconds.append(seconds)

    def at(self, counts: IntArray) -> FloatArray:
        """Seconds of training when `counts` steps were done, interpolated between marks."""
        if not self._counts:
            return np.full(counts.shape, np.nan)
        return np.interp(counts, self._counts, self._seconds)

    def _cut(self, count: int) -> None:
        if self._counts and self._counts[-1] >= count:
            kept = bisect_left(self._counts, count)
            del self._counts[kept:], self._seconds[kept:]
