"""The trainings of this process, one at a time: a queue and the thread that works it off.

The thread belongs to the app, never to a screen, and never calls the screen:
who wants to know asks `situation`.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Lock, Thread
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
    """How a job ended. One that was let go of says so in its run's status."""

    job: Job
    run: Run | None
    """None where it ended before there was one."""
    error: WorkbenchError | None
    """Why it could not begin, or broke off; None for one that ended by itself or was stopped."""
    has_begun: bool = True
    """False where it ended, or was let go of, while it was prepared."""


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


Outputs = Callable[[Path], AbstractContextManager[None]]
"""Where what is printed goes while a run trains: to the end of that file."""


def _where_they_are(path: Path) -> AbstractContextManager[None]:
    return nullcontext()


class Trainings:
    """May be asked from any thread. Without a job there is no thread."""

    def __init__(self, runs: Path, outputs: Outputs = _where_they_are) -> None:
        self.runs = runs
        self._outputs = outputs
        self._lock = Lock()
        self._situation = Situation()
        self._is_idle = Event()
        """Set while there is no thread. Nobody joins it: a Ctrl-C while Python 3.11 joins a
        thread makes it count as ended (CPython's issue 45274)."""
        self._is_idle.set()
        self._jobs = 0
        self._is_stopped = False
        self._is_released = False
        self._is_handing_over = False

    def situation(self) -> Situation:
        """The same object until something changes."""
        return self._situation

    @property
    def busy(self) -> bool:
        """Whether anything trains, waits, or is let go of but not seen to yet."""
        situation = self.situation()
        return situation.job is not None or bool(situation.waiting) or self._is_handing_over

    def add(self, what: RunProfile | Run) -> Job:
        """Train it as soon as what waits before it is done."""
        name = str(what.profile.get("name", what.id)) if isinstance(what, Run) else what.name
        with self._lock:
            self._jobs += 1
            job = Job(self._jobs, name, what)
            self._situation = replace(self._situation, waiting=(*self._situation.waiting, job))
            if self._is_idle.is_set():
                self._is_idle.clear()
                Thread(target=self._work_off, name="training").start()
        return job

    def drop(self, number: int) -> None:
        """Take a job out of the queue; one that has begun ends as by `stop`."""
        with self._lock:
            left = tuple(job for job in self._situation.waiting if job.number != number)
            self._situation = replace(self._situation, waiting=left)
            if (job := self._situation.job) is not None and job.number == number:
                self._is_stopped = True

    def stop(self) -> tuple[Job, ...]:
        """Stop what trains, with a checkpoint, and empty the queue; returns what waited.

        Of a training that is still prepared nothing is left.
        """
        with self._lock:
            waiting = self._situation.waiting
            self._is_stopped = self._situation.job is not None
            self._situation = replace(self._situation, waiting=())
        return waiting

    @contextmanager
    def released(self) -> Iterator[tuple[Job, ...]]:
        """Let go of what trains, at its next step, and empty the queue.

        Gives all these jobs in their order, for the block to see to them once
        `join` says that they are let go of.
        """
        with self._lock:
            situation = self._situation
            self._is_handing_over = True
            self._is_released = situation.job is not None
            self._situation = replace(situation, waiting=())
        try:
            yield (*([situation.job] if situation.job else []), *situation.waiting)
        finally:
            self._is_handing_over = False

    def join(self, timeout: float | None = None) -> bool:
        """Wait until nothing trains or waits any more; False if that took longer."""
        return self._is_idle.wait(timeout)

    def _work_off(self) -> None:
        while (job := self._next()) is not None:
            error = self._train(job)
            with self._lock:
                before = self._situation
                done = Result(job, before.run, error, has_begun=not before.doing)
                self._situation = Situation(waiting=before.waiting, results=(*before.results, done))

    def _next(self) -> Job | None:
        """The job to begin with; without one the thread ends."""
        with self._lock:
            self._is_stopped = self._is_released = False
            if not self._situation.waiting:
                self._is_idle.set()
                return None
            job, *left = self._situation.waiting
            run = job.what if isinstance(job.what, Run) else None
            self._situation = replace(
                self._situation, job=job, doing="loading torch", run=run, waiting=tuple(left)
            )
            return job

    def _train(self, job: Job) -> WorkbenchError | None:
        try:
            from workbench.runner.threads import load_torch_beside_a_screen

            load_torch_beside_a_screen()
            from workbench.runner.beside_screen import Beside, train_beside

            screen = Beside(
                doing=self._tell_doing,
                claimed=self._tell_run,
                stop=lambda: self._is_stopped,
                release=lambda: self._is_released,
                outputs=self._outputs,
            )
            train_beside(screen, job.what, self.runs)
        except WorkbenchError as error:
            return _without_frames(error)
        except BaseException as error:  # noqa: BLE001 - a SystemExit, too, would be lost here
            return _unexpected(error, self._situation.run)
        return None

    def _tell_doing(self, doing: str) -> None:
        with self._lock:
            self._situation = replace(self._situation, doing=doing)

    def _tell_run(self, run: Run) -> None:
        with self._lock:
            self._situation = replace(self._situation, run=run)


def _without_frames(error: WorkbenchError) -> WorkbenchError:
    """The error alone: tracebacks hold frames, and these the network, its gradients and batches."""
    each: BaseException | None = error
    while each is not None:
        each.__traceback__ = None
        each = each.__cause__ or each.__context__
    return error


def _unexpected(error: BaseException, run: Run | None) -> WorkbenchError:
    """An error that nobody foresaw, with the place that tells more."""
    text = " ".join(f"{type(error).__name__}: {error}".split())
    if run is not None:
        return WorkbenchError(text, hint=f"see {run.log_path}")
    last = traceback.extract_tb(error.__traceback__)[-1]
    return WorkbenchError(text, hint=f"raised in {last.filename}, line {last.lineno}")
