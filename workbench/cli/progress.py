"""What a person sees while a run trains: a bar on a terminal, plain lines elsewhere.

All of it goes to standard error: standard output is for data.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stderr, redirect_stdout
from typing import IO, Protocol, TextIO, cast

from rich.console import Console
from rich.file_proxy import FileProxy
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from workbench.cli.hangup import LastingStream
from workbench.cli.output import stderr_console
from workbench.config.wording import counted
from workbench.events import Continued, EpochEnded, Event, Paused, Started, Steps
from workbench.store.wording import by_set, metric, named, percent, rate

AROUND = 17
"""Columns around the bar's words: the time left, the gaps, and two that stay free."""


class TrainingView(Protocol):
    """Shows a run's preparation and its events."""

    def decoding(self, what: str, done: int, total: int) -> None: ...

    def event(self, event: Event) -> None: ...

    def shown(self) -> AbstractContextManager[object]: ...


def training_view(*, quiet: bool) -> TrainingView:
    if quiet:
        return QuietView()
    console = stderr_console()
    console.file = cast(IO[str], LastingStream(cast(TextIO, console.file)))
    return view_on(console)


def view_on(console: Console) -> TrainingView:
    """A bar where the console is a terminal that can move its cursor, else lines."""
    return BarView(console) if console.is_interactive else LineView(console)


class _AboveBar(FileProxy):
    """Prints lines above the bar. With an encoding: click goes round a stream that names none."""

    encoding = "utf-8"


def _prints_aside() -> AbstractContextManager[object]:
    """What code of the user's own prints goes to standard error: the other stream is for data."""
    return redirect_stdout(cast(TextIO, LastingStream(sys.stderr)))


class QuietView:
    def decoding(self, what: str, done: int, total: int) -> None: ...

    def event(self, event: Event) -> None: ...

    def shown(self) -> AbstractContextManager[object]:
        return _prints_aside()


class LineView:
    """One line per epoch: what belongs into a log file or a batch system's output."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._epochs = 0

    def decoding(self, what: str, done: int, total: int) -> None:
        if done == total:
            self._console.print(f"{what}: {total:,} done")

    def event(self, event: Event) -> None:
        match event:
            case Started():
                self._epochs = event.epochs
                self._console.print(describe_start(event))
            case EpochEnded():
                self._console.print(describe_epoch(event, self._epochs, self._console.width))
            case Paused():
                self._console.print("paused; `workbench resume RUN` lets it go on")
            case Continued():
                self._console.print("continued")
            case _:
                pass

    def shown(self) -> AbstractContextManager[object]:
        return _prints_aside()


class BarView:
    """The epochs' lines, and under them a bar that moves with each flush of steps."""

    def __init__(self, console: Console) -> None:
        self._lines = LineView(console)
        # Not as wide as the terminal: the ^C that it echoes must not begin a line.
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=bar_width(console.width)),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            auto_refresh=False,  # drawn when something happens: a run that waits costs nothing
        )
        self._task: TaskID | None = None
        self._started: Started | None = None

    def decoding(self, what: str, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(what, total=total, detail="")
        self._progress.update(
            self._task,
            description=what,
            completed=done,
            total=total,
            detail=f"{done:,}/{total:,}",
            refresh=True,
        )

    def event(self, event: Event) -> None:
        self._lines.event(event)
        match event:
            case Started():
                self._begin(event)
            case Steps():
                self._advance(event)
            case _:
                pass

    @contextmanager
    def shown(self) -> Iterator[None]:
        above = cast(TextIO, _AboveBar(self._progress.console, sys.stderr))
        with redirect_stdout(above), redirect_stderr(above), self._progress:
            yield
        if self._task is not None:  # its last state stays on the screen, and is not drawn again
            self._progress.remove_task(self._task)
            self._task = None

    def _begin(self, event: Started) -> None:
        self._started = event
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(
            "training", total=event.steps, completed=event.first_step, detail=""
        )

    def _advance(self, event: Steps) -> None:
        assert self._started is not None
        assert self._task is not None
        self._progress.update(
            self._task,
            completed=event.first_step + len(event),
            description=_position(event.epoch, self._started.epochs),
            detail=describe_steps(event, self._started, self._progress.console.width),
            refresh=True,
        )


def describe_start(event: Started) -> str:
    begins = f"from step {event.first_step:,}" if event.first_step else "from the start"
    return (
        f"training on {event.device}: {event.parameters:,} parameters, "
        f"{counted(event.epochs, 'epoch')} of {counted(event.steps_per_epoch, 'step')}, {begins}"
    )


def describe_epoch(event: EpochEnded, epochs: int, width: int) -> str:
    """`epoch  3/20  train loss 0.5123, accuracy  84.10 %  val ...`, counted from 1 for people.

    The fullest wording that fits, numbers below each other. In 80 columns an
    accuracy is a percentage without its name; top-5, which best follows the
    accuracy, then waits for the line of the test set.
    """
    without_top5 = {
        name: v for name, v in event.metrics.items() if not name.endswith("/top5_accuracy")
    }
    sets = [
        by_set(event.metrics, _aligned),
        by_set(event.metrics, _short),
        by_set(without_top5, _short),
    ]
    position = _position(event.epoch, epochs)
    wordings = ["  ".join([position, *map(" ".join, texts.items())]) for texts in sets]
    return _fitting(wordings, width)


def describe_steps(event: Steps, started: Started, width: int) -> str:
    """What stands right of the bar: the fullest wording of step, loss, accuracy, rate that fits."""
    room = width - len(_position(event.epoch, started.epochs)) - bar_width(width) - AROUND
    return _fitting(_step_wordings(event, started), room)


def _step_wordings(event: Steps, started: Started) -> list[str]:
    """From the fullest to the shortest."""
    steps = f"{event.first_step + len(event):,}/{started.steps:,}"
    loss, accuracy = event.columns["loss"][-1], event.columns["accuracy"][-1]
    speed = rate(event.images_per_second)
    words = [
        [f"step {steps}", _aligned("loss", loss), _aligned("accuracy", accuracy), speed],
        [steps, f"loss {loss:.3f}", f"{percent(accuracy):>8}", speed.replace(" images", "")],
        [steps, f"loss {loss:.3f}"],
        [f"loss {loss:.3f}"],
    ]
    return ["  ".join(filter(None, parts)) for parts in words]


def _fitting(wordings: list[str], room: int) -> str:
    """The first that fits, else the last."""
    return next((words for words in wordings if len(words) <= room), wordings[-1])


def bar_width(width: int) -> int:
    """The columns of the bar: on a narrow terminal the words matter more."""
    return 4 if width < 100 else 20 if width < 140 else 40


def _position(epoch: int, epochs: int) -> str:
    return f"epoch {epoch + 1:>{len(str(epochs))}}/{epochs}"


def _aligned(quantity: str, value: float) -> str:
    """A loss and accuracies with a fixed number of decimals, others as they come."""
    match quantity:
        case "loss" if abs(value) < 1000:
            return f"loss {value:.4f}"
        case "accuracy":
            return f"accuracy {percent(value):>8}"
        case "top5_accuracy":
            return f"top-5 {percent(value):>8}"
        case _:
            return named(quantity, value)


def _short(quantity: str, value: float) -> str:
    if quantity == "accuracy":
        return f"{metric(quantity, value):>8}"
    return _aligned(quantity, value)
