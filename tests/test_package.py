"""What `import workbench` gives, and what it does not wait for."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from workbench.config.profile import RunProfile
from workbench.events import BestImproved, Ended, EpochEnded, Event, Started, Steps
from workbench.store.record import record
from workbench.store.runs import Run, open_store

ROOT = Path(__file__).parents[1]

HEAVY = {"torch", "torchvision", "safetensors", "sklearn"}


def modules_after(program: str, *args: object) -> set[str]:
    """The modules that a new process has imported when it has run the program."""
    tail = "\nimport json, sys\nprint(json.dumps([*sys.modules]), file=sys.stderr)"
    command = [sys.executable, "-c", program + tail, *map(str, args)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stderr
    return set(json.loads(process.stderr.splitlines()[-1]))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of two epochs, recorded without training."""

    def events() -> Iterator[Event]:
        yield Started(2, 8, 4, 0, 100, "cpu")
        for epoch in range(2):
            first = 4 * epoch
            loss = [2.0 - 0.1 * (first + step) for step in range(4)]
            columns = {"loss": loss, "accuracy": [0.5] * 4, "lr": [1e-3] * 4}
            yield Steps(epoch, first, columns, 100.0, 1.0 + epoch)
            metrics = {"val/loss": 1.5 - epoch / 4, "val/accuracy": 0.5 + epoch / 4}
            yield EpochEnded(epoch, first + 4, metrics, 1.0 + epoch)
            best = metrics["val/accuracy"]
            yield BestImproved("val/accuracy", best, epoch, first + 4, lambda file: None)
        yield Ended("finished", 8, "", 2.0)

    run = open_store(tmp_path / "runs").create(RunProfile(name="quick"))
    for _ in record(events(), run):
        pass
    return run


@pytest.mark.parametrize("name", workbench.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(workbench, name).__name__ == name
    assert name in dir(workbench)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'workbench' has no attribute 'train_runs'"):
        _ = workbench.train_runs


def test_importing_the_package_imports_nothing_else() -> None:
    loaded = modules_after("import workbench")
    assert not loaded & {*HEAVY, "numpy", "pydantic", "orjson"}
    assert {name for name in loaded if name.startswith("workbench.")} == set()


def test_only_the_names_that_train_wait_for_torch() -> None:
    names = sorted({*workbench.__all__} - {"train_run", "resume_run"})
    assert not modules_after(f"from workbench import {', '.join(names)}") & HEAVY


def test_a_run_is_listed_shown_and_searched_without_torch(run: Run) -> None:
    program = """
import sys
from click.testing import CliRunner
from workbench.cli.main import cli

def workbench(*args):
    result = CliRunner().invoke(cli, ["--runs", sys.argv[1], *args])
    assert result.exit_code == 0, result.output
    return result.stdout

assert "quick" in workbench("runs")
assert "quick" in workbench("runs", "--where", "optimizer.lr<=1e-3", "--sort", "-best")
shown = workbench("show", "latest")
assert "75.00" in shown and "Loss" in shown and "Accuracy" in shown
assert '"recorded_steps":8' in workbench("show", "latest", "--json").replace(" ", "")
"""
    assert not modules_after(program, run.path.parent) & HEAVY


def test_a_run_is_read_from_python_without_torch(run: Run) -> None:
    program = """
import sys
from workbench import open_store
run = open_store(sys.argv[1]).find("latest")
assert run.status().best.value == 0.75
assert run.history().steps["loss"][0] == 2.0
assert run.load_profile().name == "quick"
assert run.checkpoints().intact == ()
"""
    assert not modules_after(program, run.path.parent) & HEAVY


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "workbench", "--version"]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.fullmatch(r"workbench (\d\S+|\(not installed.*\))\n", process.stdout)
    assert process.stderr == ""
