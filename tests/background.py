"""Trainings in processes of the background: tiny profiles, waiting for them, and their end."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.training.small import a_profile
from workbench.config.profile import RunProfile
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore

PATIENCE_SECONDS = 60.0


def tiny(name: str = "tiny", **training: object) -> RunProfile:
    return a_profile(**training).model_copy(update={"name": name})


def endless() -> RunProfile:
    return tiny("endless", epochs=10_000)


def impossible() -> RunProfile:
    """A profile that can be written and read, but not be trained: a mean of too many channels."""
    profile = tiny("impossible")
    data = profile.data.model_copy(update={"mean": (0.5, 0.5), "std": (1.0, 1.0)})
    return profile.model_copy(update={"data": data})


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; whoever inherited it may not have looked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


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
