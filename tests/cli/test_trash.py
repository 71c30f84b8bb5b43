"""`workbench trash` and `workbench restore`."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from workbench.store.runs import Run

Workbench = Callable[..., Result]


def test_a_run_goes_into_the_trash_and_the_way_back_is_named(
    workbench: Workbench, runs: Path, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("trash", "latest", run.id)
    assert (result.exit_code, result.stderr) == (0, "")
    undo = f"workbench restore {run.id} --runs {shlex.quote(str(runs))}"
    assert result.stdout == f"moved run {run.id} to the trash\nundo: {undo}\n"
    assert workbench("runs").stdout == ""
    restored = workbench("restore", run.id)
    assert restored.stdout == f"restored run {run.id}\n"
    assert run.path.exists()


def test_a_live_run_is_busy_and_nothing_is_moved(
    workbench: Workbench, recorded: Callable[..., Run], held: Callable[..., Run]
) -> None:
    runs = [recorded("one"), held("live"), recorded("two")]
    result = workbench("trash", *(run.id for run in runs))
    assert (result.exit_code, result.stdout) == (75, "")
    assert f"run {runs[1].id} is running" in result.stderr
    assert "workbench stop" in result.stderr
    assert all(run.path.exists() for run in runs)


def test_the_trash_is_listed_with_sizes(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    assert workbench("trash").stderr.startswith("no runs in ")
    workbench("trash", run.id)
    line, total = workbench("trash").stdout.splitlines()
    assert line.endswith(f"kB  {run.id}")
    assert total.startswith("1 run, ")
    listed = json.loads(workbench("trash", "--json").stdout)
    assert [each["id"] for each in listed["runs"]] == [run.id]
    assert listed["bytes"] == listed["runs"][0]["bytes"] > 1000


def test_emptying_wants_a_yes(
    workbench: Workbench, runs: Path, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    workbench("trash", run.id)
    assert workbench("trash", "--empty", "--dry-run").stdout == workbench("trash").stdout
    refused = workbench("trash", "--empty")
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert (runs / ".trash" / run.id).exists()
    done = workbench("trash", "--empty", "--yes", "--json")
    assert done.exit_code == 0
    answer = json.loads(done.stdout)
    assert [each["id"] for each in answer["runs"]] == [run.id]
    assert (answer["deleted"], answer["kept"]) == (True, [])
    assert list((runs / ".trash").iterdir()) == []
    assert workbench("trash", "--empty").stdout == "the trash is empty\n"


@pytest.mark.parametrize("agreed", [False, True])
def test_emptying_deletes_what_was_agreed_on(
    workbench: Workbench,
    recorded: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
    agreed: bool,
) -> None:
    (moved,) = json.loads(workbench("trash", recorded().id, "--json").stdout)["trashed"]
    trashed = Path(moved["path"])
    monkeypatch.setattr("workbench.cli.trash.is_agreed", lambda question: agreed)
    result = workbench("trash", "--empty")
    assert result.exit_code == int(not agreed)
    assert trashed.exists() != agreed


def test_a_run_that_is_trashed_while_the_question_stands_stays(
    workbench: Workbench,
    runs: Path,
    recorded: Callable[..., Run],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, restored, later = recorded("asked"), recorded("restored"), recorded("later")
    workbench("trash", asked.id, restored.id)

    def answer(_question: str) -> bool:
        workbench("trash", later.id)
        workbench("restore", restored.id)
        return True

    monkeypatch.setattr("workbench.cli.trash.is_agreed", answer)
    result = workbench("trash", "--empty")
    assert result.exit_code == 0
    assert result.stdout.startswith("deleted 1 run, ")
    assert f"not deleted, it is not in the trash any more: {restored.id}\n" in result.stderr
    assert [path.name for path in (runs / ".trash").iterdir()] == [later.id]


def test_json_of_an_emptying_names_only_what_was_deleted(
    workbench: Workbench, runs: Path, recorded: Callable[..., Run], held: Callable[..., Run]
) -> None:
    gone, live = recorded("gone"), held("live")
    workbench("trash", gone.id)
    live.path.rename(runs / ".trash" / live.id)
    shown = json.loads(workbench("trash", "--empty", "--dry-run", "--json").stdout)
    assert (shown["deleted"], len(shown["runs"])) == (False, 2)
    result = workbench("trash", "--empty", "--yes", "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["deleted"]) == (1, True)
    assert [each["id"] for each in answer["runs"]] == [gone.id]
    assert answer["bytes"] == answer["runs"][0]["bytes"]
    assert answer["kept"] == [{"path": live.id, "reason": f"run {live.id} is running"}]
    (runs / ".trash" / live.id).rename(live.path)


@pytest.mark.parametrize(
    "arguments", [["--yes"], ["--dry-run"], ["latest", "--empty"], ["latest", "--yes"]]
)
def test_options_that_say_nothing_are_refused(workbench: Workbench, arguments: list[str]) -> None:
    assert workbench("trash", *arguments).exit_code == 2


def test_restoring_what_is_not_there_is_refused(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    workbench("trash", run.id)
    result = workbench("restore", "nothing")
    assert result.exit_code == 2
    assert "workbench trash lists what there is" in result.stderr
    run.path.mkdir()
    taken = workbench("restore", run.id)
    assert taken.exit_code == 2
    assert "is there already" in taken.stderr


def test_json_names_the_runs_and_their_places(
    workbench: Workbench, runs: Path, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    trashed = json.loads(workbench("trash", run.id, "--json").stdout)
    assert trashed == {"trashed": [{"id": run.id, "path": str(runs / ".trash" / run.id)}]}
    restored = json.loads(workbench("restore", run.id, "--json").stdout)
    assert restored == {"restored": [{"id": run.id, "path": str(run.path)}]}


def test_names_that_are_no_text_are_listed_and_go(workbench: Workbench, runs: Path) -> None:
    odd = runs / ".trash" / os.fsdecode(b"\xff\x1b[2J\xc2\x9b31m")
    odd.mkdir(parents=True)
    for call in ([], ["--json"], ["--empty", "--yes", "--json"]):
        result = workbench("trash", *call)
        assert result.exit_code == 0
        assert not {"\x1b", "\x9b"} & {*result.output}
    assert not odd.exists()


def test_what_could_not_be_deleted_is_told(
    workbench: Workbench, runs: Path, held: Callable[..., Run]
) -> None:
    live = held()
    (runs / ".trash").mkdir()
    live.path.rename(runs / ".trash" / live.id)
    result = workbench("trash", "--empty", "--yes")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [
        f"could not delete {live.id}: run {live.id} is running",
        f"what is left lies in {runs / '.trash'}",
    ]
    (runs / ".trash" / live.id).rename(live.path)
