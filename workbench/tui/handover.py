"""Detach: what trains and waits in this process goes on in processes in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from workbench.config.wording import counted
from workbench.errors import RunBusyError, WorkbenchError
from workbench.runner.detach import Background, resume_detached, train_profile_detached
from workbench.runner.queue import start_queue
from workbench.store.commands import command_for
from workbench.store.outcome import describe_outcome
from workbench.store.record import take_back
from workbench.store.runs import Run
from workbench.tui.trainings import Job, Result, Trainings


def hand_over(trainings: Trainings) -> Iterator[str]:
    """Let go of what trains; a process of its own session goes on from that very step.

    What waits is trained after it, one after the other. Yields what becomes of
    each in words, as it happens: seconds pass between them. A run that nobody
    goes on with is left stopped, to be resumed. Ctrl-C until it is done gives up
    what was not handed over yet, with the process that prepares to go on, and
    raises `KeyboardInterrupt` after the last words. Raises `WorkbenchError`
    where what waited cannot be kept.
    """
    jobs = trainings.release()
    try:
        trainings.join()
        yield from _pass_on(trainings, jobs)
    except KeyboardInterrupt:
        trainings.join()  # its next step is near; a second Ctrl-C ends at once
        yield from _give_up(trainings, jobs)
        raise


def _pass_on(trainings: Trainings, jobs: Sequence[Job]) -> Iterator[str]:
    begun = _begun(trainings, jobs)
    after = None
    for result in begun:  # one at most
        yield f"{result.job.name}: a process in the background takes over"
        try:
            background = _go_on(result, trainings.runs)
        except WorkbenchError as error:
            yield f"{result.job.name}: {error}"
            if error.hint:
                yield f"hint: {error.hint}"
        else:
            if background is None:
                continue  # it ended by itself before it could be let go of
            after = Run(trainings.runs / background.run_id)
            yield f"run {after.id} trains in the background (process {background.pid})"
            yield f"watch it: {command_for('watch', after)}"
            yield f"stop it: {command_for('stop', after)}"
    if waiting := [job.what for job in jobs[len(begun) :]]:
        queue = start_queue(waiting, trainings.runs, after)
        trained = f"{counted(len(waiting), 'training')} that waited"
        yield f"{trained} will come one after the other (process {queue.pid})"
        yield f"their profiles and what they say: {queue.folder}"


def _give_up(trainings: Trainings, jobs: Sequence[Job]) -> Iterator[str]:
    """Leave what was let go of as a run that can be resumed; what waited is not trained."""
    told = []
    for result in _begun(trainings, jobs):
        if (run := result.run) is not None:
            told.append(result.job)
            _take_back(run, "interrupted before a process in the background went on")
            if not run.status().is_active:
                yield from describe_outcome(run)
    if names := ", ".join(job.name for job in jobs if job not in told):
        yield f"not trained: {names}"


def _begun(trainings: Trainings, jobs: Sequence[Job]) -> list[Result]:
    return [result for result in trainings.situation().results if result.job in jobs]


def _go_on(result: Result, runs: Path) -> Background | None:
    """Who goes on; None where there is nothing to go on with."""
    what, run = result.job.what, result.run
    if result.error is not None:
        return None
    if not result.has_begun:
        return (
            resume_detached(what) if isinstance(what, Run) else train_profile_detached(what, runs)
        )
    return _resume(run) if run is not None and run.status().is_handed_over else None


def _resume(run: Run) -> Background:
    """Raises `WorkbenchError`, with the run as one that can be resumed."""
    try:
        return resume_detached(run)
    except WorkbenchError as error:
        _take_back(run, f"no process in the background went on: {error}")
        raise


def _take_back(run: Run, reason: str) -> None:
    with suppress(RunBusyError):  # somebody went on after all
        take_back(run, reason)
