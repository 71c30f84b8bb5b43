"""When each step was done, in seconds of training."""

from __future__ import annotations

import math

import numpy as np

from workbench.store.columns import Columns, FloatArray, IntArray


class Clock:
    """Wall time over counts of steps, with the gaps between attempts left out."""

    def __init__(self) -> None:
        self._marks = Columns()
        self._last = math.nan

    def begin(self, first_step: int) -> None:
        """A new attempt goes on after `first_step` steps."""
        self._marks.cut(first_step + 1)
        self._last = math.nan

    def mark(self, count: int, time: float) -> None:
        """At `time`, in seconds since 1970, `count` steps were done."""
        seconds = float(self._marks["seconds"][-1]) if len(self._marks) else 0.0
        passed = time - self._last
        # A clock that was set back stands still; the first mark of an attempt adds nothing.
        seconds += passed if passed > 0 else 0.0
        self._last = time
        self._marks.cut(count)
        self._marks.append(np.array([count]), {"seconds": np.array([seconds])})

    def at(self, counts: IntArray) -> FloatArray:
        """Seconds of training when `counts` steps were done, interpolated between marks."""
        if not len(self._marks):
            return np.full(counts.shape, np.nan)
        return np.interp(counts, self._marks.index, self._marks["seconds"])
