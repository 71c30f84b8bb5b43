"""What a person sees while a run trains: a bar on a terminal, plain lines elsewhere.

All of it goes to standard error: standard output is for data.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from workbench.cli.output import stderr_console
from workbench.cli.wording import by_set, percent
from workbench.events import Continued, EpochEnded, Event, Paused, Started, Steps


class TrainingView(Protocol):
    """Shows a run's preparation and its events."""

    def decoding(self, what: str, done: int, total: int) -> None: ...

    def event(self, event: Event) -> None: ...

    def shown(self) -> AbstractContextManager[object]: ...


def training_view(*, quiet: bool) -> TrainingView:
    console = stderr_console()
    if quiet:
        return QuietView()
    return BarView(console) if console.is_terminal else LineView(console)


class QuietView:
    def decoding(self, what: str, done: int, total: int) -> None: ...

    def event(self, event: Event) -> None: ...

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()


class LineView:
    """One line per epoch: what belongs into a log file or a batch system's output."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._epochs = 0

    def decoding(self, what: str, done: int, total: int) -> None:
        if done == total:
            self._console.print(f"{what}: {total:,} done", soft_wrap=True)

    def event(self, event: Event) -> None:
        match event:
            case Started():
                self._epochs = event.epochs
                self._console.print(describe_start(event), soft_wrap=True)
            case EpochEnded():
                self._console.print(describe_epoch(event, self._epochs), soft_wrap=True)
            case Paused():
                self._console.print("paused; `workbench resume` lets it go on", soft_wrap=True)
            case Continued():
                self._console.print("continued", soft_wrap=True)
            case _:
                pass

    def shown(self) -> AbstractContextManager[object]:
        return nullcontext()


class BarView:
    """The epochs' lines, and under them a bar that moves with each flush of steps."""

    def __init__(self, console: Console) -> None:
        self._lines = LineView(console)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            expand=True,
        )
        self._task: TaskID | None = None
        self._started: Started | None = None

    def decoding(self, what: str, done: int, total: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(what, total=total, detail="")
        self._progress.update(
            self._task, description=what, completed=done, total=total, detail=f"{done:,}/{total:,}"
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

    def shown(self) -> AbstractContextManager[object]:
        return self._progress

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
        done = event.first_step + len(event)
        rate = f"{event.images_per_second:,.0f}" if event.images_per_second > 0 else "-"
        self._progress.update(
            self._task,
            completed=done,
            description=f"epoch {event.epoch + 1}/{self._started.epochs}",
            detail=(
                f"step {done:,}/{self._started.steps:,}  loss {event.columns['loss'][-1]:.3f}  "
                f"accuracy {percent(event.columns['accuracy'][-1])}  {rate} images/s"
            ),
        )


def describe_start(event: Started) -> str:
    begins = f"from step {event.first_step:,}" if event.first_step else "from the start"
    return (
        f"training on {event.device}: {event.parameters:,} parameters, {event.epochs} epochs of "
        f"{event.steps_per_epoch:,} steps, {begins}"
    )


def describe_epoch(event: EpochEnded, epochs: int) -> str:
    """`epoch  3/20  train loss 0.5123, accuracy 84.10 %  val ...`, counted from 1 for people."""
    sets = [f"{split} {words}" for split, words in by_set(event.metrics).items()]
    return "  ".join([f"epoch {event.epoch + 1:>{len(str(epochs))}}/{epochs}", *sets])
