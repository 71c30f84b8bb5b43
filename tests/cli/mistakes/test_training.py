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
        if self.training:
            self.fail()
        return self.linear(images.flatten(1))

class Greedy(Failing):
    def fail(self):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

class Faulty(Failing):
    def fail(self):
        raise ValueError("not this \\x1b[31mtime")
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
    assert "ValueError: not this \\x1b[31mtime" in refusal.message
    assert refusal.hint
    assert only_run(runs).status().state == "failed"


def test_what_ones_own_code_prints_stays_out_of_the_data(
    workbench: Workbench, profile: Path
) -> None:
    result = workbench("run", profile, "--json", "--set", "model.callable=mine:Faulty")
    assert json.loads(result.stdout)["state"] == "failed"
    assert "shape torch.Size([32, 1, 8, 8])" in result.stderr


def small_files() -> None:
    """No file of the process may become larger than this, as on a disk that is nearly full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))


def test_a_disk_that_is_full(tiny: Path, runs: Path) -> None:
    """The weights do not fit; the metrics, which do, stay whole."""
    process = subprocess.run(
        [sys.executable, "-m", "workbench", "run", str(tiny), "-q"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=small_files,
    )
    assert process.returncode == 1
    refusal = told(process.stderr)
    assert refusal.message.startswith("cannot write ")
    assert "weights.safetensors" in refusal.message
    assert "free space" in refusal.hint
    run = only_run(runs)
    assert run.status().state == "failed"
    assert len(run.history().steps) == 3
    assert run.history().dropped == 0
    assert not [*run.path.rglob("*.tmp*")]
