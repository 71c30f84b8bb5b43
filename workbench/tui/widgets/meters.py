"""What the training process takes of this machine, in one line."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from rich.text import Text
from textual import work
from textual.reactive import reactive
from textual.widget import Widget

from workbench.store import layout
from workbench.store.liveness import read_owner
from workbench.store.runs import Run
from workbench.store.wording import size
from workbench.tui.stamps import Stamp, stamp

if TYPE_CHECKING:
    from workbench.tui.hardware import Meter, Usage

GAP = "   "
READ_SECONDS = 1.0


class Meters(Widget):
    """Says nothing of what is not known; what finds no room is left out, the last first."""

    usage: reactive[Usage | None] = reactive(None)

    def __init__(self) -> None:
        super().__init__()
        self._meter: Meter | None = None
        self._due = 0.0
        self._is_reading = False
        self._out_of_sight: Stamp = None
        """The owner whose process cannot be looked at."""

    def look(self, run: Run, device: str) -> None:
        """Have it read, at most once a second, what the process takes that trains the run."""
        now = time.monotonic()
        if self._is_reading or now < self._due:
            return
        self._due = now + READ_SECONDS
        owner = stamp(run.path / layout.OWNER)
        if owner is not None and owner != self._out_of_sight:
            self._is_reading = True
            self._read(run, owner, device)

    def forget(self) -> None:
        """Nobody trains the run."""
        self._meter, self.usage = None, None

    @work
    async def _read(self, run: Run, owner: Stamp, device: str) -> None:
        try:
            if self._meter is None:
                # Shows nothing yet: a share of CPU is one of the time since the last look.
                self._meter = await asyncio.to_thread(_meter_of, run)
                self._out_of_sight = owner if self._meter is None else None
                return
            self.usage = await asyncio.to_thread(self._meter.read, device)
            if self.usage is None:  # the process is gone; another may go on
                self._meter = None
        finally:
            self._is_reading = False

    def render(self) -> Text:
        return Text(fitting(usage_words(self.usage), self.size.width), justify="right", end="")


def _meter_of(run: Run) -> Meter | None:
    from workbench.tui.hardware import meter_of

    return meter_of(read_owner(run.path))


def usage_words(usage: Usage | None) -> tuple[str, ...]:
    """`CPU 180 %`, `memory 1.2 GB`, `GPU 34 %`, `3.1 of 80.0 GB`."""
    if usage is None:
        return ()
    words = (f"CPU {usage.cpu_percent:.0f} %", f"memory {size(usage.bytes_used)}")
    if (gpu := usage.gpu) is None:
        return words
    memory = f"{size(gpu.bytes_used)} of {size(gpu.bytes_total)}"
    return (*words, f"GPU {gpu.percent} %", f"GPU memory {memory}")


def fitting(words: tuple[str, ...], width: int) -> str:
    """As many of the words as fit in `width` cells."""
    for count in range(len(words), 0, -1):
        line = GAP.join(words[:count])
        if len(line) <= width:
            return line
    return ""
