"""`workbench note`."""

from __future__ import annotations

import json
from collections.abc import Callable

from click.testing import Result

from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run

Workbench = Callable[..., Result]


def test_a_note_is_written_and_printed_and_tags_stay(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    write_notes(run.path, Notes(tags=("keep",)))
    assert workbench("note", "latest", "first line\nsecond").stdout == "first line\nsecond\n"
    assert workbench("note", "latest").stdout == "first line\nsecond\n"
    assert run.notes == Notes(tags=("keep",), note="first line\nsecond")


def test_a_run_without_a_note_prints_no_data(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("note", run.id)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"run {run.id} has no note\n"


def test_a_note_is_taken_away(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    workbench("note", run.id, "old")
    answer = json.loads(workbench("note", run.id, "--clear", "--json").stdout)
    assert answer == {"id": run.id, "path": str(run.path), "note": ""}
    assert run.notes.note == ""


def test_a_text_with_clear_is_refused(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    assert workbench("note", run.id, "text", "--clear").exit_code == 2
    assert run.notes.note == ""


def test_a_note_never_replaces_notes_that_cannot_be_read(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    (run.path / "notes.toml").write_text('tags = ["kept"')
    for arguments in (["text"], ["--clear"], []):
        result = workbench("note", run.id, *arguments)
        assert result.exit_code == 2
        assert "notes.toml: line 1" in result.stderr
    assert (run.path / "notes.toml").read_text() == 'tags = ["kept"'
