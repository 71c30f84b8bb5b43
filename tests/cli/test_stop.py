"""`workbench stop`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from workbench.config.profile import RunProfile
from workbench.store.control import is_stop_requested
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]


def test_a_running_run_is_asked_to_stop_and_the_way_back_is_named(
    workbench: Workbench, runs: Path, held: Callable[..., Run]
) -> None:
    run = held()
    result = workbench("stop", run.id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"asked run {run.id} to stop\n"
        f"go on with it: workbench resume {run.id} --runs {shlex.quote(str(runs))}\n"
    )
    assert is_stop_requested(run)


def test_a_paused_run_and_one_that_waits_can_be_stopped(
    workbench: Workbench, runs: Path, held: Callable[..., Run]
) -> None:
    waiting = RunStore(runs).create(RunProfile(name="waiting"))
    for run in (held(paused=True), waiting):
        assert workbench("stop", run.id).exit_code == 0
        assert is_stop_requested(run)


def test_json_names_the_run_and_its_state(workbench: Workbench, held: Callable[..., Run]) -> None:
    run = held()
    result = workbench("stop", "latest", "--json")
    assert json.loads(result.stdout) == {
        "id": run.id,
        "path": str(run.path),
        "state": "running",
    }


@pytest.mark.parametrize("state", ["finished", "stopped", "failed", "diverged", None])
def test_a_run_that_does_not_run_is_refused_and_left_alone(
    workbench: Workbench, recorded: Callable[..., Run], state: str | None
) -> None:
    run = recorded("quick", state)
    result = workbench("stop", run.id)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"workbench: error: run {run.id} is not running: its state is {state or 'interrupted'}\n"
        "hint: `workbench runs` lists what is running\n"
    )
    assert not is_stop_requested(run)


def test_an_unknown_run_is_refused(workbench: Workbench, held: Callable[..., Run]) -> None:
    held()
    result = workbench("stop", "nothing")
    assert result.exit_code == 2
    assert "hint: workbench runs lists what there is" in result.stderr
