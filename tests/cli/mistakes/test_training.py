"""What goes wrong only while it trains: exit code 1, a reason in the run, no traceback."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.mistakes.refused import Refusal, told
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]

ROOT = Path(__file__).parents[3]

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


def with_small_files(
    limit: int, profile: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Trains where no file may become larger than `limit` bytes, as on a disk nearly full."""
    return subprocess.run(
        [sys.executable, "-m", "workbench", "run", str(profile), "-q", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )


def refused_by_the_disk(process: subprocess.CompletedProcess[str]) -> Refusal:
    assert process.returncode == 1
    refusal = told(process.stderr)
    assert refusal.message.startswith("cannot write ")
    assert "free space" in refusal.hint
    return refusal


def test_a_disk_that_has_no_room_for_checkpoints(tiny: Path, runs: Path) -> None:
    """The training goes on, and says so."""
    process = with_small_files(500_000, tiny)
    run = only_run(runs)
    assert process.returncode == 0
    assert process.stderr.count("the disk refuses checkpoints/") == 3
    assert run.status().state == "finished"
    warning = "the disk refuses checkpoints/000000009.pt: File too large; there is no checkpoint"
    assert run.status().warning == warning
    assert f"warning: {warning}" in process.stdout
    assert len(run.history().steps) == 9
    assert run.weights_path.exists()
    assert not [*run.path.rglob("*.tmp*")]


def test_a_disk_that_has_no_room_for_the_best_weights(tiny: Path, runs: Path) -> None:
    """It trains to the end, and is not finished without them: a resume goes on."""
    refusal = refused_by_the_disk(with_small_files(100_000, tiny))
    run = only_run(runs)
    assert refusal.message == f"cannot write {run.weights_path}: File too large"
    assert run.status().state == "stopped"
    refused = "the disk refuses weights.safetensors: File too large"
    assert run.status().reason == f"{refused}; there is no checkpoint"
    assert len(run.history().steps) == 9
    assert run.history().dropped == 0
    assert not [*run.path.rglob("*.tmp*")]


def test_a_disk_that_the_metrics_fill(profile: Path, runs: Path) -> None:
    """Whole lines stay readable, and the checkpoints before."""
    settings = ["model.callable=mine:Small", "optimizer.kind=sgd"]
    settings += ["training.batch_size=1", "training.epochs=50"]
    arguments = [word for setting in settings for word in ("--set", setting)]
    refusal = refused_by_the_disk(with_small_files(40_000, profile, *arguments))
    run = only_run(runs)
    assert str(run.path / "metrics" / "0001.jsonl") in refusal.message
    assert run.status().state == "stopped"
    assert run.status().reason.startswith("the disk refuses metrics/0001.jsonl: ")
    assert len(run.history().steps) > 96
    assert run.checkpoints().intact


def test_a_disk_that_refuses_before_training_leaves_no_run(tiny: Path, runs: Path) -> None:
    refusal = refused_by_the_disk(with_small_files(1_100, tiny))
    assert "env.json" in refusal.message
    assert not any(runs.iterdir())
