"""`workbench prune`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from workbench.store.liveness import write_owner
from workbench.store.runs import Run
from workbench.store.status import read_status, write_status

Workbench = Callable[..., Result]


def checkpoints(run: Run) -> list[str]:
    return sorted(path.name for path in (run.path / "checkpoints").iterdir())


def with_state(run: Run, state: str) -> None:
    write_status(run.path, read_status(run.path).model_copy(update={"state": state}))


def test_a_dry_run_lists_files_and_bytes_and_deletes_nothing(
    workbench: Workbench, trained: Run
) -> None:
    before = checkpoints(trained)
    result = workbench("prune", "latest", "--dry-run")
    head, *files = result.stdout.splitlines()
    assert head.startswith(f"{trained.id}: would delete {len(before)} files, ")
    assert sorted(line.split()[-1] for line in files) == before
    assert checkpoints(trained) == before


def test_a_finished_run_loses_its_checkpoints_and_still_evaluates(
    workbench: Workbench, trained: Run
) -> None:
    result = workbench("prune", "latest")
    assert result.exit_code == 0
    assert "deleted" in result.stdout
    assert "cannot be resumed" in result.stderr
    assert checkpoints(trained) == []
    assert trained.weights_path.exists()
    assert workbench("show", "latest").exit_code == 0
    assert workbench("prune", "latest").stdout == f"{trained.id}: no checkpoint to delete\n"


def test_the_best_is_kept_when_asked(workbench: Workbench, trained: Run) -> None:
    answer = json.loads(workbench("prune", "latest", "--keep-best", "--json").stdout)
    assert answer["deleted"] is True
    assert answer["bytes"] == answer["runs"][0]["bytes"] > 0
    (checkpoint,) = trained.checkpoints().intact
    assert checkpoint.best


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted", "diverged"])
def test_an_unfinished_run_wants_a_yes(workbench: Workbench, trained: Run, state: str) -> None:
    with_state(trained, state)
    before = checkpoints(trained)
    result = workbench("prune", "latest")
    assert result.exit_code == 2
    assert f"its state is {state}" in result.stderr
    assert checkpoints(trained) == before
    assert workbench("prune", "latest", "--yes").exit_code == 0
    assert checkpoints(trained) == []


def test_a_live_run_is_busy_and_nothing_is_deleted(
    workbench: Workbench, trained: Run, held: Callable[..., Run]
) -> None:
    before = checkpoints(trained)
    live = held()
    result = workbench("prune", trained.id, live.id, "--yes")
    assert result.exit_code == 75
    assert checkpoints(trained) == before


def test_a_run_that_comes_alive_while_the_question_stands_keeps_all_of_all(
    workbench: Workbench, trained: Run, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Run(shutil.copytree(trained.path, runs / "20261122-090000-other-000001"))
    with_state(trained, "stopped")
    before = checkpoints(trained)

    def answer(_question: str) -> bool:
        write_owner(other.path)
        with_state(other, "running")
        return True

    monkeypatch.setattr("workbench.cli.prune.is_agreed", answer)
    result = workbench("prune", trained.id, other.id)
    assert (result.exit_code, result.stdout) == (75, "")
    assert checkpoints(trained) == before


def test_what_is_written_while_the_question_stands_stays_and_is_told(
    workbench: Workbench, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_state(trained, "stopped")
    newest = trained.checkpoints().intact[0].path

    def answer(_question: str) -> bool:
        newest.write_bytes(b"of the training that went on")
        return True

    monkeypatch.setattr("workbench.cli.prune.is_agreed", answer)
    result = workbench("prune", "latest")
    assert result.exit_code == 0
    assert "what changed since it was chosen was not deleted" in result.stderr
    assert checkpoints(trained) == [newest.name]


def test_what_will_not_go_is_told(
    workbench: Workbench, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = checkpoints(trained)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "unlink", refuse)
    result = workbench("prune", "latest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"could not delete {trained.id}/checkpoints/{name}: Permission denied" for name in before
    ]
    kept = json.loads(workbench("prune", "latest", "--json").stdout)["kept"]
    assert [each["path"] for each in kept] == [
        f"{trained.id}/checkpoints/{name}" for name in before
    ]


def test_the_question_says_how_much_goes(
    workbench: Workbench, trained: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_state(trained, "stopped")
    before = checkpoints(trained)
    monkeypatch.setattr("workbench.cli.prune.is_agreed", lambda question: False)
    result = workbench("prune", "latest")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{trained.id}: would delete {len(before)} files, " in result.stderr
    assert result.stderr.endswith("nothing was deleted\n")
    assert checkpoints(trained) == before


def test_a_folder_of_checkpoints_that_is_a_link_is_left_alone(
    workbench: Workbench, trained: Run, tmp_path: Path
) -> None:
    shutil.move(trained.path / "checkpoints", tmp_path / "elsewhere")
    (trained.path / "checkpoints").symlink_to(tmp_path / "elsewhere")
    before = checkpoints(trained)
    assert workbench("prune", "latest", "--yes").exit_code == 1
    assert checkpoints(trained) == before
