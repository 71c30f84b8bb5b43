"""Small runs and what can happen to them, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
import torch
from safetensors.numpy import load_file

from workbench.config.profile import RunProfile
from workbench.events import (
    Event,
    Started,
)
from workbench.runner.attempts import Watch, resume_run, train_run
from workbench.runner.control import Wish
from workbench.store.runs import Run, open_store


class Undisturbed(Protocol):
    @property
    def run(self) -> Run: ...
    @property
    def events(self) -> list[Event]: ...


class CrashError(Exception):
    """Ends a run as a crash does: without a word to it."""


def stop_after(steps: int) -> Wish:
    """A wish to stop, of the process that trains, after so many more steps."""
    answers = iter([False] * steps)
    return lambda: next(answers, True)


def crash_at(kind: type[Event], step: int) -> Watch:
    """Crash when an event of this kind says that `step` steps are done."""

    def watch(event: Event) -> None:
        if isinstance(event, kind) and getattr(event, "step", -1) == step:
            raise CrashError

    return watch


def started(profile: RunProfile, runs: Path, *, stop: Wish = lambda: False) -> Run:
    return train_run(profile, runs, device="cpu", stop=stop)


def crashed(profile: RunProfile, runs: Path, *, at: Watch) -> Run:
    """A run whose process died at some event."""
    with pytest.raises(CrashError):
        train_run(profile, runs, device="cpu", watch=at)
    return open_store(runs).find("latest")


def resumed(run: Run, *, stop: Wish = lambda: False) -> list[Event]:
    events: list[Event] = []
    torch.manual_seed(999)  # another process has another history of random draws
    resume_run(run, device="cpu", watch=events.append, stop=stop)
    return events


def first_step(events: list[Event]) -> int:
    assert isinstance(events[0], Started)
    return events[0].first_step


def curve(run: Run) -> dict[str, object]:
    """All that a run recorded, to the last bit, but for what the clock says."""
    history = run.history()
    steps = {name: history.steps[name].tobytes() for name in history.steps.names}
    metrics = {
        name: (series.epochs.tolist(), series.steps.tolist(), series.values.tobytes())
        for name in history.metrics
        if name != "images_per_second"
        for series in [history.series(name)]
    }
    filters = [(each.step, each.weights.tobytes()) for each in history.filters]
    weights = {k: w.tobytes() for k, w in load_file(run.weights_path).items()}
    return {**steps, **metrics, "filters": filters, "best": history.best, "weights": weights}


def contents(run: Run) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def checkpoint_names(run: Run) -> list[str]:
    return sorted(path.name for path in (run.path / "checkpoints").glob("*.pt"))
