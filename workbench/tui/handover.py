"""Detach: what trains and waits in this process goes on in processes in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from workbench.config.wording import counted
from workbench.errors import RunBusyError, WorkbenchError
from workbench.runner.detach import resume_detached
from workbench.runner.queue import keep_queue, start_queue
from workbench.store.commands import command_for
from workbench.store.outcome import describe_outcome
from workbench.store.record import take_back
from workbench.store.runs import Run
from workbench.tui.trainings import Job, Trainings

Say = Callable[[str], None]
"""Shows a line to the person at the terminal."""


def hand_over(trainings: Trainings, say: Say) -> None:
    """Let go of what trains; a process of its own session goes on from that very step.

    What waits, or is still prepared, is trained after it, one after the other.
    Says what becomes of each as it happens: seconds pass between them. A run
    that nobody goes on with is left stopped, to be resumed.

    Ctrl-C until it is done gives up what was not handed over yet, with the
    process that prepares to go on, and raises `KeyboardInterrupt` after the
    last words. A second one ends at once.
    """
    with trainings.released() as jobs:
        left = [*jobs]
        try:
            trainings.join()
            _pass_on(trainings, left, say)
        except KeyboardInterrupt:
            trainings.join()  # its next step is near
            _give_up(trainings, left, say)
            raise


def _pass_on(trainings: Trainings, left: list[Job], say: Say) -> None:
    """Find somebody for each job of `left`, and take it out of the list."""
    results = trainings.situation().results
    begun = {result.job: result.run for result in results if result.has_begun}
    after = None
    for job in [job for job in left if job in begun]:  # one at most
        run = begun[job]
        if run is not None and run.status().is_handed_over:
            after = _go_on(run, say)
        left.remove(job)
    if left:
        _queue(trainings, left, after, say)


def _go_on(run: Run, say: Say) -> Run | None:
    """Let a process go on with a run that was let go of; None where that fails."""
    say(f"run {run.id}: a process in the background takes over")
    try:
        background = resume_detached(run)
    except WorkbenchError as error:
        _take_back(run, f"no process in the background went on: {error}")
        _tell(error, say)
        return None
    say(f"run {run.id} trains in the background (process {background.pid})")
    say(f"watch it: {command_for('watch', run)}")
    say(f"stop it: {command_for('stop', run)}")
    return run


def _queue(trainings: Trainings, left: list[Job], after: Run | None, say: Say) -> None:
    what = f"{counted(len(left), 'training')} that waited"
    try:
        kept = keep_queue([job.what for job in left], trainings.runs)
        pid = start_queue(kept, after)
    except WorkbenchError as error:
        _tell(error, say)
        _say_not_trained(left, say)
        return
    left.clear()
    say(f"{what} will come one after the other (process {pid})")
    say(f"their profiles and what they say: {kept.folder}")
    say(f"stop what trains of them and drop the rest: kill -- -{pid}")


def _give_up(trainings: Trainings, left: list[Job], say: Say) -> None:
    """Leave what was let go of as a run that can be resumed; what waited is not trained."""
    for result in trainings.situation().results:
        if result.job in left and result.has_begun:
            left.remove(result.job)
            if result.run is not None:
                _take_back(result.run, "interrupted before a process in the background went on")
                if not result.run.status().is_active:
                    for line in describe_outcome(result.run):
                        say(line)
    _say_not_trained(left, say)


def _say_not_trained(jobs: Sequence[Job], say: Say) -> None:
    if jobs:
        say(f"not trained: {', '.join(job.name for job in jobs)}")


def _take_back(run: Run, reason: str) -> None:
    with suppress(RunBusyError):  # somebody went on after all
        take_back(run, reason)


def _tell(error: WorkbenchError, say: Say) -> None:
    say(str(error))
    if error.hint:
        say(f"hint: {error.hint}")
