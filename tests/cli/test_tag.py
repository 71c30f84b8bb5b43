"""`workbench tag`."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run

Workbench = Callable[..., Result]


def test_tags_are_added_once_and_the_note_stays(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    write_notes(run.path, Notes(note="a note"))
    assert workbench("tag", "latest", "baseline", "with dropout").stdout.splitlines() == [
        "baseline",
        "with dropout",
    ]
    workbench("tag", "latest", "baseline,final")
    assert run.notes == Notes(tags=("baseline", "with dropout", "final"), note="a note")


def test_tags_are_taken_away(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    workbench("tag", run.id, "a", "b")
    result = workbench("tag", run.id, "c", "--remove", "a", "--remove", "unknown", "--json")
    assert json.loads(result.stdout) == {"id": run.id, "path": str(run.path), "tags": ["b", "c"]}


def test_a_run_without_tags_prints_no_data_and_gets_no_file(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("tag", run.id)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"run {run.id} has no tags\n"
    assert not (run.path / "notes.toml").exists()


def test_tags_never_replace_notes_that_cannot_be_read(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    (run.path / "notes.toml").write_text('note = "kept')
    for arguments in (["a"], ["--remove", "a"], []):
        result = workbench("tag", run.id, *arguments)
        assert result.exit_code == 2
        assert "notes.toml: line 1" in result.stderr
    assert (run.path / "notes.toml").read_text() == 'note = "kept'
