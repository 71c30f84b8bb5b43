"""What goes wrong only while it trains: exit code 1, a reason in the run, no traceback."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.mistakes.refused import Refusal, told
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]

CODE = """
import torch

class Failing(torch.nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.linear = torch.nn.Linear(64, classes)

    def forward(self, images):
        print("shape", images.shape)
        if self.training and len(images) > 2:  # the trial before a training has two
            self.fail()
        return self.linear(images.flatten(1))

class Greedy(Failing):
    def fail(self):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

class Small(Failing):
    def fail(self):
        pass

class Faulty(Failing):
    def fail(self):
        raise ValueError("not this \\x1b[31mtime")

class Leaving(Failing):
    def fail(self):
        raise SystemExit(0)
"""

TINY = """
[data]
kind = "digits"
train_per_class = 12
test_per_class = 5
[model]
kind = "custom"
callable = "mine:Greedy"
[training]
epochs = 1
batch_size = 32
"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    (tmp_path / "mine.py").write_text(CODE)
    path = tmp_path / "own.toml"
    path.write_text(TINY)
    return path


def only_run(runs: Path) -> Run:
    [run] = RunStore(runs).list()
    return run


def failed(result: Result) -> Refusal:
    """Exit code 1; standard output tells the outcome and where the run is."""
    assert result.exit_code == 1, result.output
    assert result.stdout.startswith("failed (")
    assert "\x1b" not in result.stdout
    return told("\n".join(x for x in result.stderr.splitlines() if not x.startswith("shape ")))


def test_memory_that_is_not_enough(workbench: Workbench, profile: Path, runs: Path) -> None:
    refusal = failed(workbench("run", profile, "-q"))
    assert "out of memory" in refusal.message
    assert "cpu" in refusal.message
    assert "training.batch_size" in refusal.hint
    status = only_run(runs).status()
    assert status.state == "failed"
    assert "out of memory" in status.reason


def test_a_model_of_ones_own_that_raises(workbench: Workbench, profile: Path, runs: Path) -> None:
    result = workbench("run", profile, "-q", "--set", "model.callable=mine:Faulty")
    refusal = failed(result)
    line = next(n for n, text in enumerate(CODE.splitlines(), 1) if "raise ValueError" in text)
    assert refusal.message == (
        "mine:Faulty raised ValueError: not this \\x1b[31mtime"
        f" ({profile.parent / 'mine.py'}, line {line})"
    )
    assert "--debug" in refusal.hint
    assert only_run(runs).status().state == "failed"


def test_a_model_of_ones_own_that_ends_the_program(
    workbench: Workbench, profile: Path, runs: Path
) -> None:
    result = workbench("run", profile, "-q", "--set", "model.callable=mine:Leaving")
    assert "mine:Leaving raised SystemExit" in failed(result).message
    status = only_run(runs).status()
    assert status.state == "failed"
    assert "SystemExit" in status.reason


def test_what_ones_own_code_prints_stays_out_of_the_data(
    workbench: Workbench, profile: Path
) -> None:
    result = workbench("run", profile, "--json", "--set", "model.callable=mine:Faulty")
    assert json.loads(result.stdout)["state"] == "failed"
    assert "shape torch.Size([32, 1, 8, 8])" in result.stderr


@contextmanager
def small_files(limit: int) -> Iterator[None]:
    """No file may become larger than `limit` bytes, as on a disk nearly full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refused_by_the_disk(result: Result) -> Refusal:
    assert result.exit_code == 1
    refusal = told(result.stderr)
    assert refusal.message.startswith("cannot write ")
    assert "free space" in refusal.hint
    return refusal


def test_a_disk_that_has_no_room_for_checkpoints(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    """The training goes on, and says so."""
    with small_files(500_000):
        result = workbench("run", tiny, "-q")
    run = only_run(runs)
    assert result.exit_code == 0
    assert result.stderr.count("the disk refuses checkpoints/") == 3
    assert run.status().state == "finished"
    warning = "the disk refuses checkpoints/000000009.pt: File too large; there is no checkpoint"
    assert run.status().warning == warning
    assert f"warning: {warning}" in result.stdout
    assert len(run.history().steps) == 9
    assert run.weights_path.exists()
    assert not [*run.path.rglob("*.tmp*")]


def test_a_disk_that_has_no_room_for_the_best_weights(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    """It trains to the end, and is not finished without them: a resume goes on."""
    with small_files(100_000):
        refusal = refused_by_the_disk(workbench("run", tiny, "-q"))
    run = only_run(runs)
    assert refusal.message == f"cannot write {run.weights_path}: File too large"
    assert run.status().state == "stopped"
    refused = "the disk refuses weights.safetensors: File too large"
    assert run.status().reason == f"{refused}; there is no checkpoint"
    assert len(run.history().steps) == 9
    assert run.history().dropped == 0
    assert not [*run.path.rglob("*.tmp*")]


def test_a_disk_that_the_metrics_fill(workbench: Workbench, profile: Path, runs: Path) -> None:
    """Whole lines stay readable, and the checkpoints before."""
    settings = ["model.callable=mine:Small", "optimizer.kind=sgd"]
    settings += ["training.batch_size=1", "training.epochs=50"]
    arguments = [word for setting in settings for word in ("--set", setting)]
    with small_files(40_000):
        refusal = refused_by_the_disk(workbench("run", profile, "-q", *arguments))
    run = only_run(runs)
    assert str(run.path / "metrics" / "0001.jsonl") in refusal.message
    assert run.status().state == "stopped"
    assert run.status().reason.startswith("the disk refuses metrics/0001.jsonl: ")
    assert len(run.history().steps) > 96
    assert run.checkpoints().intact


def test_a_disk_that_refuses_before_training_leaves_no_run(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    with small_files(1_100):
        refusal = refused_by_the_disk(workbench("run", tiny, "-q"))
    assert "env.json" in refusal.message
    assert not any(runs.iterdir())
