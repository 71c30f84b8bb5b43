"""When each step was done, in seconds of training."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np

from workbench.store.columns import FloatArray, IntArray


class Clock:
    """The trainer's own time over counts of steps: pauses and gaps between attempts left out."""

    def __init__(self) -> None:
        # Lists, not arrays: a mark comes with every line, a question with a drawing.
        self._counts = [0]
        self._seconds = [0.0]
        self._arrays: tuple[IntArray, FloatArray] | None = None
        """Both as arrays, until the next mark: of a long run a drawing asks several times."""

    def begin(self, first_step: int) -> None:
        """A new attempt goes on after `first_step` steps."""
        self._cut(first_step + 1)

    def mark(self, count: int, seconds: float) -> None:
        """After `seconds` of training `count` steps were done; a line without a time is no mark."""
        if math.isfinite(seconds):
            self._cut(count)
            self._counts.append(count)
            self._seconds.append(seconds)
            self._arrays = None

    def at(self, counts: IntArray) -> FloatArray:
        """Seconds of training when `counts` steps were done, interpolated; NaN beyond the last."""
        if len(self._counts) == 1:
            return np.full(counts.shape, np.nan)
        self._arrays = self._arrays or (np.array(self._counts), np.array(self._seconds))
        return np.interp(counts, *self._arrays, right=np.nan)

    def _cut(self, count: int) -> None:
        if self._counts and self._counts[-1] >= count:
            kept = bisect_left(self._counts, count)
            del self._counts[kept:], self._seconds[kept:]
            self._arrays = None
