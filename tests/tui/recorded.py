"""Runs with a record, made without training."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from workbench.config.profile import RunProfile
from workbench.events import Ended, EpochEnded, Event, FiltersChanged, Started, Steps
from workbench.store.liveness import write_owner
from workbench.store.record import record
from workbench.store.runs import Run, RunStore
from workbench.store.status import Best, State, Status, write_status

EPOCHS, STEPS_PER_EPOCH = 10, 20
STEPS = EPOCHS * STEPS_PER_EPOCH


def empty_run(root: Path, number: int = 1) -> Run:
    """A queued run of this process, with an id that is always the same."""
    made = RunStore(root).create(RunProfile(name="quick"))
    path = root / f"20260101-1200{number:02d}-quick-{number:06x}"
    made.path.rename(path)
    return Run(path)


def recorded_run(root: Path, state: State, epochs: int = 4, **changes: Any) -> Run:
    """A run in the middle of its training, or ended there."""
    run = empty_run(root)
    for _ in record(training(epochs), run):
        pass
    (run.path / "log.txt").write_text("training on cpu\nepoch 1 done\n")
    settle(run, state, epochs, **changes)
    return run


def settle(run: Run, state: State, epochs: int = 4, **changes: Any) -> None:
    """Write where a run stands; an active one is this process's own."""
    best = Best(metric="val/accuracy", value=0.8, epoch=epochs - 1, step=epochs * STEPS_PER_EPOCH)
    done = {
        "attempt": 1,
        "epoch": epochs - 1,
        "epochs_done": epochs,
        "step": epochs * STEPS_PER_EPOCH,
        "epochs": EPOCHS,
        "steps": STEPS,
        "seconds": 80.0,
        "images_per_second": 2352.0,
        "best": best,
    }
    if state in ("running", "paused"):
        write_owner(run.path)
    write_status(run.path, Status(state=state, **{**done, **changes}))


def training(epochs: int) -> Iterator[Event]:
    yield Started(EPOCHS, STEPS, STEPS_PER_EPOCH, 0, 100, "cpu")
    for epoch in range(epochs):
        first = epoch * STEPS_PER_EPOCH
        steps = range(first, first + STEPS_PER_EPOCH)
        loss = [2.5 * math.exp(-step / 60) + 0.2 * math.sin(step) for step in steps]
        columns = {
            "loss": loss,
            "accuracy": [1 - each / 3 for each in loss],
            "lr": [0.1 * (1 - step / STEPS) for step in steps],
        }
        yield Steps(epoch, first, columns, 2352.0, 20.0 * epoch + 19)
        after = first + STEPS_PER_EPOCH
        metrics = {"val/loss": 2.0 / (epoch + 1), "val/accuracy": 0.2 * (epoch + 1)}
        yield EpochEnded(epoch, after, metrics, 20.0 * (epoch + 1))
        weights = [math.sin(epoch + index) for index in range(4 * 9)]
        yield FiltersChanged(epoch, after, "conv1", (4, 1, 3, 3), weights)
    yield Ended("stopped", epochs * STEPS_PER_EPOCH, "", 80.0)
