"""Runs in a folder whose name is no text: what a command did, it also says as JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from workbench.cli import detach
from workbench.runner.detach import Background
from workbench.store.runs import Run

Workbench = Callable[..., Result]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / os.fsdecode(b"runs \xff")
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    return folder


def answer(result: Result) -> str:
    """Standard output, which is one JSON document and names the folder."""
    assert (result.exit_code, result.stderr) == (0, "")
    json.loads(result.stdout)
    return result.stdout


@pytest.mark.parametrize(
    "command",
    [
        ["show", "latest"],
        ["resume", "latest"],
        ["prune", "latest", "--dry-run"],
        ["prune", "latest", "--yes"],
        ["trash", "latest"],
    ],
    ids=" ".join,
)
def test_an_ended_run(
    workbench: Workbench, recorded: Callable[..., Run], command: list[str]
) -> None:
    recorded()
    assert "runs \ufffd/" in answer(workbench(*command, "--json"))


def test_a_trashed_run(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    workbench("trash", run.id)
    assert "runs \ufffd/" in answer(workbench("trash", "--json"))
    assert "runs \ufffd/" in answer(workbench("restore", run.id, "--json"))
    workbench("trash", run.id)
    assert run.id in answer(workbench("trash", "--empty", "--yes", "--json"))


@pytest.mark.parametrize("command", ["pause", "stop"])
def test_a_live_run(workbench: Workbench, held: Callable[..., Run], command: str) -> None:
    held()
    assert "runs \ufffd/" in answer(workbench(command, "latest", "--json"))


def test_one_that_is_let_go_on(workbench: Workbench, held: Callable[..., Run]) -> None:
    held(paused=True)
    assert "runs \ufffd/" in answer(workbench("resume", "latest", "--json"))


def test_a_training(workbench: Workbench, tiny: Path) -> None:
    result = workbench("run", tiny, "--json", "--quiet", "--device", "cpu")
    assert "runs \ufffd/" in answer(result)


def test_one_that_trains_in_the_background(
    workbench: Workbench,
    tiny: Path,
    held: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = held()
    monkeypatch.setattr(detach, "start_detached", lambda *_: Background(run.id, 4711))
    assert "runs \ufffd/" in answer(workbench("run", tiny, "--detach", "--json"))
