"""Trainings in processes of the background: tiny profiles, waiting for them, and their end."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.training.small import a_profile
from tests.waiting import until
from workbench.config.profile import RunProfile
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore
from workbench.tui.trainings import Trainings


def tiny(name: str = "tiny", **training: object) -> RunProfile:
    return a_profile(**training).model_copy(update={"name": name})


def endless() -> RunProfile:
    return tiny("endless", epochs=10_000, compile="off")  # which would pay


def impossible() -> RunProfile:
    """A profile that can be written and read, but not be trained: a mean of too many channels."""
    profile = tiny("impossible")
    data = profile.data.model_copy(update={"mean": (0.5, 0.5), "std": (1.0, 1.0)})
    return profile.model_copy(update={"data": data})


def training_run(trainings: Trainings) -> Run:
    """The run that trains beside the screen, as soon as one does."""
    until(lambda: trainings.situation().run and not trainings.situation().doing)
    run = trainings.situation().run
    assert run is not None
    return run


def run_named(runs: Path, name: str) -> Run:
    """The only run of a profile of that name, as soon as it trains."""

    def found() -> list[Run]:
        store = RunStore(runs)
        return [run for run in (store.list() if runs.exists() else []) if f"-{name}-" in run.id]

    until(lambda: found() and found()[0].status().attempt)
    [run] = found()
    return run


@contextmanager
def nobody_left(runs: Path) -> Iterator[Path]:
    """No process that trains a run of the folder outlives the test."""
    yield runs
    for run in RunStore(runs).list() if runs.exists() else ():
        owner = read_owner(run.path)
        if owner is not None and owner.pid != os.getpid() and run.status().is_active:
            os.kill(owner.pid, signal.SIGKILL)
