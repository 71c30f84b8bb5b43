"""How much of the machine other programs took while something was measured."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)
"""Fields of the CPU line that count no work: idle, waiting for a disk."""


@dataclass(frozen=True)
class Neighbours:
    """The machine's work and this program's, at a moment."""

    moment: float
    busy: float
    own: float

    def cores(self) -> float:
        """Cores that others have kept busy since then. Children count once they were waited for."""
        now = look()
        return max(now.busy - self.busy - (now.own - self.own), 0) / (now.moment - self.moment)


def await_quiet(cores: float, patience_seconds: float) -> None:
    """Wait for a second in which others kept less than so many cores busy; not for ever."""
    deadline = time.monotonic() + patience_seconds
    while time.monotonic() < deadline:
        before = look()
        time.sleep(1)
        if before.cores() <= cores:
            return


def look() -> Neighbours:
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    busy = sum(field for place, field in enumerate(fields) if place not in _IDLE) / _TICKS
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own = sum(each.ru_utime + each.ru_stime for each in usage)
    return Neighbours(time.monotonic(), busy, own)
