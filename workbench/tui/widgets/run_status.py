"""Where a run stands, in two lines and what there is to warn of."""

from __future__ import annotations

import math
import time

from rich.text import Text
from textual import getters
from textual.widget import Widget

from workbench.store.cells import STATE_COLORS
from workbench.store.status import Best, Status
from workbench.store.wording import duration, metric, rate
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.run_feed import Snapshot

GAP = "   "
NARROWEST_BAR = 8
BLOCKS, ASCII = ("━", "─"), ("#", ".")
"""What a bar is made of: what is done, and the rest."""

ASKED = {
    "stop": "asked to stop: it ends after its step, with a checkpoint",
    "pause": "asked to pause: it waits after its step",
    "resume": "waits in this window: it goes on when what trains now is done",
}


class RunStatus(Widget):
    """As many lines as there is to say."""

    app = getters.app(WorkbenchApp)

    def __init__(self) -> None:
        super().__init__()
        self._now = Snapshot()

    def show(self, now: Snapshot) -> None:
        """Only another number of lines moves what lies below: that draws the screen anew."""
        before, self._now = self._now, now
        self.refresh(layout=remarks(before) != remarks(now))

    def render(self) -> Text:
        width = self.content_size.width
        lines = [
            progress_line(self._now.status, width, unicode=self.app.look.unicode),
            figures_line(self._now.status, width),
            *remarks(self._now),
        ]
        return Text("\n", overflow="fold").join(lines)


def progress_line(status: Status, width: int, *, unicode: bool) -> Text:
    """State, epoch, step and how much of it is done: `running   epoch 3/30   step 1,173/11,730`."""
    line = Text.assemble((status.state, f"bold {STATE_COLORS.get(status.state, '')}".strip()))
    if status.epochs:
        line.append(f"{GAP}epoch {_epoch(status)}/{status.epochs}")
    if status.steps or status.step:
        line.append(f"{GAP}step {status.step:,}" + (f"/{status.steps:,}" if status.steps else ""))
    room = width - line.cell_len - len(GAP) - len(" 100 %")
    if not status.steps or room < NARROWEST_BAR:
        return line
    share = min(status.step / status.steps, 1.0)
    full, rest = BLOCKS if unicode else ASCII
    done = int(share * room)
    line.append(GAP + full * done, STATE_COLORS.get(status.state, "green"))
    line.append(rest * (room - done), "dim")
    return line.append(f" {math.floor(100 * share):>3} %")


def _epoch(status: Status) -> int:
    """The epoch one is in, or in which it ended, from 1; 0 where it never began."""
    current = status.epoch + 1 if status.is_active or status.step else 0
    return min(max(current, status.epochs_done), status.epochs)


def figures_line(status: Status, width: int) -> Text:
    """Times, speed and the best value; with little room shorter, at last without the speed."""
    times, speed = _times(status), rate(status.images_per_second)
    best, short = _best(status.best, whole=True), _best(status.best, whole=False)
    for figures in ((times, speed, best), (times, speed, short), (times, best), (times, short)):
        line = GAP.join(filter(None, figures))
        if len(line) <= width:
            break
    return Text(line)


def _times(status: Status) -> str:
    if not status.seconds > 0:
        return ""
    spent = duration(status.seconds)
    if not (status.is_active and 0 < status.step < status.steps):
        return spent
    left = status.seconds / status.step * (status.steps - status.step)
    return f"{spent}, {duration(left)} left"


def _best(best: Best | None, *, whole: bool) -> str:
    if best is None:
        return ""
    name = best.metric if whole else best.metric.partition("/")[0]
    return f"best {name} {metric(best.metric, best.value)} at epoch {best.epoch + 1}"


def remarks(now: Snapshot) -> list[Text]:
    """What one has to know beside the figures, each in a line of its own."""
    status = now.status
    lines = []
    if now.is_gone:
        lines.append(Text("the folder of this run is gone: shown is what was last read", "red"))
    if now.asked:
        lines.append(Text(ASKED[now.asked], "yellow"))
    if status.reason:
        lines.append(Text(status.reason, STATE_COLORS.get(status.state, "")))
    if status.state == "interrupted":
        lines.append(Text(interruption(status.updated), "yellow"))
    if status.warning:
        lines.append(Text(status.warning, "yellow"))
    if now.dropped:
        lines.append(Text(f"{_lines(now.dropped)} of the record cannot be read", "yellow"))
    return lines


def interruption(heartbeat: float | None) -> str:
    if heartbeat is None:
        return "its process ended without a word"
    age = max(time.time() - heartbeat, 0)
    rounded = duration(60 * (age // 60)) if age >= 60 else "less than a minute"
    return f"its process ended without a word; last heard of {rounded} ago"


def _lines(count: int) -> str:
    return "1 damaged line" if count == 1 else f"{count:,} damaged lines"
