"""What the training process takes of this machine, in one line."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from workbench.store.wording import size
from workbench.tui.hardware import Usage

GAP = "   "


class Meters(Widget):
    """Says nothing of what is not known; what finds no room is left out, the last first."""

    usage: reactive[Usage | None] = reactive(None)

    def render(self) -> Text:
        return Text(fitting(usage_words(self.usage), self.size.width), justify="right", end="")


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
