"""The trainings of this process, one at a time: a queue and the thread that works it off.

The thread belongs to the app, never to a screen, and never calls the screen:
who wants to know asks `situation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError
from workbench.store.runs import Run

if TYPE_CHECKING:
    from workbench.config.profile import RunProfile


@dataclass(frozen=True, eq=False)
class Job:
    """A training that was asked for: a profile makes a new run, a run is gone on with."""

    number: int
    name: str
    what: RunProfile | Run


@dataclass(frozen=True)
class Result:
    """How a job ended."""

    job: Job
    run: Run | None
    """None where it failed before there was one."""
    error: WorkbenchError | None
    """Why it could not begin, or broke off; None for one that ended by itself or was stopped."""


@dataclass(frozen=True)
class Situation:
    """What the thread does now, what waits, and what is done, oldest first."""

    job: Job | None = None
    doing: str = ""
    """What goes on before training begins: `loading torch`, `decoding images 40 %`."""
    run: Run | None = None
    """The run of `job`, as soon as there is one."""
    waiting: tuple[Job, ...] = ()
    results: tuple[Result, ...] = ()


class Trainings:
    def __init__(self, runs: Path) -> None:
        self.runs = runs

    def situation(self) -> Situation:
        return Situation()

    @property
    def busy(self) -> bool:
        situation = self.situation()
        return situation.job is not None or bool(situation.waiting)

    def add(self, what: RunProfile | Run) -> Job:
        """Train it as soon as what waits before it is done."""
        raise NotImplementedError

    def drop(self, number: int) -> None:
        """Take a job out of the queue; one that has begun stays."""
        raise NotImplementedError

    def stop(self) -> None:
        """Stop what trains, with a checkpoint, and empty the queue."""
        raise NotImplementedError

    def release(self) -> None:
        """Let go of the run that trains, at its next step, for another process to go on with."""
        raise NotImplementedError

    def join(self, timeout: float | None = None) -> bool:
        """Wait until nothing trains or waits any more; False if that took longer."""
        raise NotImplementedError
