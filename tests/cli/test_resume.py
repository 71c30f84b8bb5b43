"""`workbench resume`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from workbench.config.loading import load_profile
from workbench.events import Ended
from workbench.store.control import is_pause_requested, request_pause
from workbench.store.liveness import write_owner
from workbench.store.lock import RunLock
from workbench.store.record import record
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]


@pytest.fixture
def ended(tiny: Path, runs: Path) -> Callable[..., Run]:
    """Makes a run of the tiny profile that ended before its first step."""

    def make(state: str, reason: str = "") -> Run:
        run = RunStore(runs).create(load_profile(tiny).profile)
        end = Ended(state, 0, reason, 0.0)  # type: ignore[arg-type]  # a parameter of tests
        with closing(record(iter([end]), run)) as events:
            for _ in events:
                pass
        return run

    return make


def values(run: Run) -> dict[str, list[float]]:
    steps = run.history().steps
    return {name: steps[name].tolist() for name in ("loss", "accuracy", "lr")}


# What is trained on


def test_a_stopped_run_goes_on_from_its_checkpoint_as_if_nothing_had_happened(
    workbench: Workbench, trained: Run
) -> None:
    undisturbed = values(trained)
    status = json.loads((trained.path / "status.json").read_text())
    (trained.path / "status.json").write_text(json.dumps({**status, "state": "stopped"}))
    for name in ("000000009.pt", "000000009.pt.sha256"):
        (trained.path / "checkpoints" / name).unlink()

    result = workbench("resume", trained.id)
    assert result.exit_code == 0
    start, *epochs, _ = result.stderr.splitlines()
    assert start.endswith("3 epochs of 3 steps, from step 6")
    assert [line[:9] for line in epochs] == ["epoch 3/3"]
    assert result.stdout.startswith("finished: 3 epochs, 9 steps in ")
    assert values(trained) == undisturbed


def test_a_run_without_a_checkpoint_begins_at_the_start(
    workbench: Workbench, ended: Callable[..., Run]
) -> None:
    run = ended("stopped", "stopped after 4 steps")
    result = workbench("resume", "latest", "--quiet", "--json", "--device", "cpu")
    assert (result.exit_code, result.stderr) == (0, "")
    outcome = json.loads(result.stdout)
    assert (outcome["id"], outcome["state"], outcome["steps"]) == (run.id, "finished", 9)


def test_a_run_whose_process_died_goes_on(workbench: Workbench, tiny: Path, runs: Path) -> None:
    run = RunStore(runs).create(load_profile(tiny).profile)
    (run.path / "owner.json").unlink()
    assert run.status().state == "interrupted"
    assert workbench("resume", run.id, "-q").exit_code == 0
    assert run.status().state == "finished"


@pytest.mark.parametrize("state", ["failed", "diverged"])
def test_a_failed_or_diverged_run_needs_force(
    workbench: Workbench, ended: Callable[..., Run], state: str
) -> None:
    run = ended(state, "for a reason")
    refused = workbench("resume", run.id)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"workbench: error: run {run.id} {state}: for a reason\n"
        "hint: see its log.txt; --force goes on from its last checkpoint all the same\n"
    )
    assert run.status().state == state

    assert workbench("resume", run.id, "--force", "-q").exit_code == 0
    assert run.status().state == "finished"


# What is not


def test_a_finished_run_needs_nothing(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    result = workbench("resume", run.id)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"run {run.id} is finished; there is nothing to resume\n"
    assert json.loads(workbench("resume", run.id, "--json").stdout) == {
        "id": run.id,
        "path": str(run.path),
        "state": "finished",
    }


def test_a_paused_run_is_let_go_on_where_it_is(
    workbench: Workbench, held: Callable[..., Run]
) -> None:
    run = held(paused=True)
    request_pause(run)
    result = workbench("resume", run.id)
    assert (result.exit_code, result.stdout) == (0, f"asked run {run.id} to go on\n")
    assert not is_pause_requested(run)


def test_a_running_run_is_busy(workbench: Workbench, held: Callable[..., Run]) -> None:
    run = held()
    for args in ([], ["--force"], ["--json"]):
        result = workbench("resume", run.id, *args)
        assert (result.exit_code, result.stdout) == (75, "")
        assert f"error: run {run.id} is running" in result.stderr
        assert f"hint: stop it with: workbench stop {run.id}" in result.stderr


def test_a_run_that_another_resume_has_just_taken_is_busy(
    workbench: Workbench, ended: Callable[..., Run]
) -> None:
    run = ended("stopped")
    with ThreadPoolExecutor(1) as other:
        lock = other.submit(RunLock(run.path).__enter__).result()
        result = workbench("resume", run.id)
        other.submit(lock.__exit__, None, None, None).result()
    assert (result.exit_code, result.stdout) == (75, "")
    assert f"run {run.id} is held by " in result.stderr


@pytest.mark.parametrize("args", [[], ["--json"]])
def test_a_run_that_cannot_be_prepared_says_only_why(
    workbench: Workbench, ended: Callable[..., Run], args: list[str]
) -> None:
    run = ended("stopped")
    (run.path / "profile.toml").write_text("name = [")
    result = workbench("resume", run.id, *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "profile.toml: line 1: is not TOML" in result.stderr
    assert run.status().state == "stopped"


def test_an_unknown_run_exits_2(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    recorded()
    result = workbench("resume", "nothing")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "no run 'nothing'" in result.stderr


# Folders of strangers


@pytest.mark.parametrize("name", ["checkpoints", "metrics", "control", "artifacts"])
def test_what_a_linked_folder_points_to_is_left_alone(
    workbench: Workbench, ended: Callable[..., Run], tmp_path: Path, name: str
) -> None:
    run = ended("stopped")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    names = {"000000999.pt", ".note.12345678.tmp", "pause"}
    for each in names:
        (elsewhere / each).touch()
    shutil.rmtree(run.path / name, ignore_errors=True)
    (run.path / name).symlink_to(elsewhere)

    result = workbench("resume", run.id, "--quiet")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{name} is not a folder of the run's own" in result.stderr
    assert {path.name for path in elsewhere.iterdir()} == names
    assert run.status().state == "stopped"


@pytest.mark.parametrize(
    ("state", "words"), [("finished", "is finished"), ("failed", "failed: for a reason")]
)
def test_a_damaged_status_lets_no_ended_run_go_on(
    workbench: Workbench, ended: Callable[..., Run], state: str, words: str
) -> None:
    run = ended(state, "for a reason")
    (run.path / "status.json").write_text("{")
    result = workbench("resume", run.id, "--quiet")
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"run {run.id} {words}" in result.stderr
    assert (run.path / "status.json").read_text() == "{"


def test_a_damaged_status_of_another_hosts_run_is_busy(
    workbench: Workbench, ended: Callable[..., Run]
) -> None:
    run = ended("stopped")
    write_owner(run.path)
    owner = json.loads((run.path / "owner.json").read_text())
    (run.path / "owner.json").write_text(json.dumps({**owner, "host": "elsewhere"}))
    (run.path / "status.json").write_text("{")
    for command in (["resume"], ["trash"], ["prune", "--yes"]):
        assert workbench(*command, run.id).exit_code == 75
    assert run.path.exists()
