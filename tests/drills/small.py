"""A tiny run with everything on that could be lost, and processes to train it in."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file

from tests.drills.forks import FORKS
from tests.waiting import PATIENCE_SECONDS, until
from workbench.store.history import History
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore

PROFILE = """
name = "drill"
seed = 3
[data]
kind = "digits"
train_per_class = 19
test_per_class = 5
validation = 62
[[data.augment]]
kind = "random_crop"
padding = 1
[[data.augment]]
kind = "horizontal_flip"
[model]
kind = "se_resnet"
blocks = 1
[optimizer]
kind = "adam"
lr = 4e-3
[schedule]
kind = "cosine"
warmup_epochs = 1
[training]
epochs = 30
batch_size = 16
eval_batch_size = 16
clip_norm = 1.0
ema_decay = 0.9
checkpoint_minutes = 0.001
compile = "off"
[training.early_stopping]
patience = 3
min_delta = 0.02
"""
"""8 steps an epoch, with batch norm and dropout; a checkpoint every 60 ms."""


def _main(arguments: list[str], output: Path) -> None:
    """The program, with what it says in a file."""
    descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in (1, 2):
        os.dup2(descriptor, number)
    from workbench.__main__ import main

    sys.argv = ["workbench", *arguments]
    main()


def workbench(runs: Path, *arguments: str) -> ForkServerProcess:
    """Start the program in a process of its own; it writes into `output` beside `runs`."""
    command = [*arguments, "--runs", str(runs), "--device", "cpu", "-q"]
    process = FORKS.Process(target=_main, args=(command, runs.with_name("output")))
    process.start()
    return process


def start(runs: Path, text: str = PROFILE) -> tuple[Run, ForkServerProcess]:
    """A new run of a profile and the process that trains it."""
    profile = runs.with_name("drill.toml")
    profile.write_text(text)
    known = set(runs.glob("*"))
    process = workbench(runs, "run", str(profile))

    def trains() -> bool:
        assert process.is_alive()
        return any((path / "metrics").exists() for path in {*runs.glob("*")} - known)

    until(trains)
    return RunStore(runs).find("latest"), process


def resume(run: Run) -> ForkServerProcess:
    return workbench(run.path.parent, "resume", run.id)


def await_training(run: Run, process: ForkServerProcess) -> None:
    """Until this process has the run, or has ended."""
    until(lambda: not process.is_alive() or owner_of(run) == process.pid)


def owner_of(run: Run) -> int | None:
    owner = read_owner(run.path)
    return owner.pid if owner else None


def ended(process: ForkServerProcess) -> int | None:
    """Wait for the end of a process; its exit code, -n where signal n killed it."""
    process.join(PATIENCE_SECONDS)
    return process.exitcode


@dataclass(frozen=True)
class Outcome:
    """What a run came to, to the last bit, but for what the clock says."""

    steps: dict[str, bytes]
    metrics: dict[str, tuple[list[int], bytes]]
    filters: list[tuple[int, bytes]]
    best: object
    weights: dict[str, bytes]
    ended: tuple[str, int, str]


def outcome(run: Run) -> Outcome:
    history, status = run.history(), run.status()
    assert history.dropped == 0
    series = {n: history.series(n) for n in history.metrics if n != "images_per_second"}
    return Outcome(
        steps={name: history.steps[name].tobytes() for name in history.steps.names},
        metrics={n: (s.steps.tolist(), s.values.tobytes()) for n, s in series.items()},
        filters=[(each.step, each.weights.tobytes()) for each in history.filters],
        best=history.best,
        weights={name: w.tobytes() for name, w in load_file(run.weights_path).items()},
        ended=(status.state, status.step, status.reason),
    )


@dataclass(frozen=True)
class Undisturbed:
    """What the drill's run comes to when nothing happens to it."""

    outcome: Outcome
    loss: npt.NDArray[np.float64]


class Reader:
    """Someone who looks at the run all the time, and checks each point that is shown."""

    def __init__(self, run: Run, undisturbed: Undisturbed) -> None:
        self.looks = 0
        self._run = run
        self._loss = undisturbed.loss
        self._errors: list[BaseException] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look_on)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_over.set()
        self._thread.join()
        if error is None:
            assert self._errors == []
            assert self.looks > 0

    def _look_on(self) -> None:
        history = History(self._run.path)
        try:
            while not self._is_over.wait(0.005):
                self._look(history)
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            self._errors.append(error)

    def _look(self, history: History) -> None:
        history.update()
        assert history.dropped == 0
        if len(history.steps):
            index = history.steps.index
            assert index.tolist() == list(range(len(index)))
            assert history.steps["loss"].tolist() == self._loss[: len(index)].tolist()
        status = self._run.status()
        assert status.state != "unreadable"
        assert status.step <= len(self._loss)
        self.looks += 1
