from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyte
import pytest
from click.testing import CliRunner, Result

from workbench.cli.main import cli
from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.events import (
    BestImproved,
    Ended,
    EndState,
    EpochEnded,
    Event,
    Paused,
    Started,
    Steps,
)
from workbench.store.record import record
from workbench.store.runs import Run, RunStore

ROOT = Path(__file__).parents[2]

TINY = """
name = "tiny"
[data]
kind = "digits"
train_per_class = 12
test_per_class = 5
validation = 0.2
[model]
kind = "se_resnet"
blocks = 1
[training]
epochs = 3
batch_size = 32
"""
"""96 digits in batches of 32: three steps an epoch."""


@dataclass(frozen=True)
class Screen:
    """What a command left on a terminal."""

    lines: list[str]
    """Without trailing spaces and empty lines at the end."""
    raw: str
    """As sent, escape sequences included."""
    exit_code: int


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder where the commands look for runs; it does not exist yet."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    return folder


@pytest.fixture
def workbench(runs: Path) -> Callable[..., Result]:
    """Calls the program in this process: `workbench("show", "latest")`."""

    def call(*args: object) -> Result:
        return CliRunner().invoke(cli, [str(arg) for arg in args])

    return call


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A profile that trains in half a second."""
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run of real training; nobody may change its folder."""
    from workbench.runner.attempts import train_run

    profile = RunProfile(
        name="tiny",
        data=DigitsProfile(train_per_class=12, test_per_class=5, validation=0.2),
        model=SEResNetProfile(blocks=1),
        training=TrainingProfile(epochs=3, batch_size=32),
    )
    return train_run(profile, tmp_path_factory.mktemp("trained"))


@pytest.fixture
def trained(trained_once: Run, runs: Path) -> Run:
    """A copy of the finished run."""
    return Run(shutil.copytree(trained_once.path, runs / trained_once.id))


def _write_weights(file: BinaryIO) -> None:
    file.write(b"weights")


def training_events(end: Event | None, epochs: int = 2, of: int = 3) -> Iterator[Event]:
    """`epochs` epochs of 4 steps, of a training that was meant to have `of`."""
    yield Started(of, 4 * of, 4, 0, 1234, "cpu")
    for epoch in range(epochs):
        loss = [2.0 / (1 + step) for step in range(4 * epoch, 4 * epoch + 4)]
        columns = {"loss": loss, "accuracy": [0.1 * epoch] * 4, "lr": [0.1] * 4}
        yield Steps(epoch, 4 * epoch, columns, 1500.0, 1.0 + epoch)
        metrics = {"train/loss": loss[0], "train/accuracy": 0.1 * epoch}
        metrics |= {"val/loss": loss[-1], "val/accuracy": 0.2 * epoch}
        yield EpochEnded(epoch, 4 * epoch + 4, metrics, 1.5 + epoch)
        yield BestImproved("val/accuracy", 0.2 * epoch, epoch, 4 * epoch + 4, _write_weights)
    if end is not None:
        yield end


@pytest.fixture
def recorded(runs: Path) -> Callable[..., Run]:
    """Makes a run folder without training: `recorded("name", "stopped", "a reason")`."""

    def make(
        name: str = "quick", state: EndState | None = "finished", reason: str = "", epochs: int = 2
    ) -> Run:
        run = RunStore(runs).create(RunProfile(name=name))
        end = None if state is None else Ended(state, 4 * epochs, reason, 2.5)
        with closing(record(training_events(end, epochs), run)) as events:
            for _ in events:
                pass
        return run

    return make


@pytest.fixture
def held(runs: Path) -> Iterator[Callable[..., Run]]:
    """Makes a run that lives, held by this process: running, or paused."""
    open_recordings: list[Generator[Event]] = []

    def make(name: str = "quick", *, paused: bool = False) -> Run:
        run = RunStore(runs).create(RunProfile(name=name))
        events = record(training_events(Paused(8) if paused else Ended("stopped", 8, "", 1.0)), run)
        open_recordings.append(events)
        for event in events:
            if isinstance(event, Paused) or (not paused and isinstance(event, EpochEnded)):
                break
        return run

    yield make
    for events in open_recordings:
        events.close()


@pytest.fixture
def on_terminal(runs: Path) -> Callable[..., Screen]:
    """Calls the program on a terminal of its own: `on_terminal("show", "latest", columns=60)`."""

    def call(*args: object, columns: int = 80, **environment: str) -> Screen:
        ours, theirs = pty.openpty()
        known = {"TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": "24"}
        known |= {"PYTHONIOENCODING": "utf-8"}
        inherited = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR")}
        process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *map(str, args)],
            cwd=ROOT,
            env={**inherited, **known, **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        raw = _read_all(ours)
        screen = pyte.Screen(columns, 200)
        pyte.Stream(screen).feed(raw)
        lines = "\n".join(line.rstrip() for line in screen.display).rstrip().splitlines()
        return Screen(lines, raw, process.wait())

    return call


def _read_all(descriptor: int) -> str:
    chunks = []
    while True:
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # how Linux says that the other side is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    os.close(descriptor)
    return b"".join(chunks).decode()
