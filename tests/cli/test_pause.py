"""`workbench pause`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from workbench.store.control import clear_pause, is_pause_requested, is_stop_requested
from workbench.store.runs import Run

Workbench = Callable[..., Result]


def test_a_running_run_is_asked_to_pause_and_the_way_back_is_named(
    workbench: Workbench, runs: Path, held: Callable[..., Run]
) -> None:
    run = held()
    result = workbench("pause", run.id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"asked run {run.id} to pause\n"
        f"go on with it: workbench resume {run.id} --runs {shlex.quote(str(runs))}\n"
    )
    assert is_pause_requested(run)
    assert not is_stop_requested(run)


def test_a_paused_run_is_paused_already_and_stays_so(
    workbench: Workbench, held: Callable[..., Run]
) -> None:
    run = held(paused=True)
    clear_pause(run)  # asked to go on, and not yet noticed
    result = workbench("pause", "latest")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"run {run.id} is paused already\ngo on with it: ")
    assert is_pause_requested(run)


def test_a_resume_right_after_takes_the_wish_back(
    workbench: Workbench, held: Callable[..., Run]
) -> None:
    run = held()
    workbench("pause", run.id)
    result = workbench("resume", run.id)
    assert (result.exit_code, result.stdout) == (0, f"asked run {run.id} to go on\n")
    assert not is_pause_requested(run)


def test_json_names_the_run_and_its_state(workbench: Workbench, held: Callable[..., Run]) -> None:
    run = held(paused=True)
    result = workbench("pause", run.id, "--json")
    assert json.loads(result.stdout) == {"id": run.id, "path": str(run.path), "state": "paused"}


@pytest.mark.parametrize("state", ["finished", "failed", None])
def test_a_run_that_does_not_run_is_refused_and_left_alone(
    workbench: Workbench, recorded: Callable[..., Run], state: str | None
) -> None:
    run = recorded("quick", state)
    result = workbench("pause", run.id)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"workbench: error: run {run.id} is not running: its state is {state or 'interrupted'}\n"
    )
    assert not is_pause_requested(run)
