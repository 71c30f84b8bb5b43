from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.store.notes import (
    Notes,
    changed_tags,
    load_notes,
    parse_tags,
    read_notes,
    write_notes,
)
from workbench.store.runs import Run


def test_a_run_has_no_notes_at_first(run: Run) -> None:
    assert run.notes == Notes()


def test_notes_are_read_as_written(run: Run) -> None:
    notes = Notes(tags=("baseline", "größer"), note="two\nlines")
    write_notes(run.path, notes)
    assert run.notes == notes


@given(tags=st.lists(st.text()), note=st.text())
def test_any_text_can_be_a_note(
    tmp_path_factory: pytest.TempPathFactory, tags: list[str], note: str
) -> None:
    folder = tmp_path_factory.mktemp("run")
    notes = Notes(tags=tuple(tags), note=note)
    write_notes(folder, notes)
    assert read_notes(folder) == notes


@pytest.mark.parametrize("text", ["tags = 3", "tags = [", "[" * 5000, ".".join("a" * 20_000)])
def test_damaged_notes_are_empty(run: Run, text: str) -> None:
    (run.path / "notes.toml").write_text(text)
    assert run.notes == Notes()


def test_text_from_notes_is_cleaned_line_by_line(run: Run) -> None:
    (run.path / "notes.toml").write_text(r'note = "a\u001b\nb\u202e"')
    assert run.notes.note == "a␛\nb\ufffd"


def test_tags_of_a_line_are_separated_by_commas_and_each_stands_once() -> None:
    assert parse_tags(" baseline , with dropout,,baseline ") == ("baseline", "with dropout")


def test_tags_are_taken_away_and_added_behind() -> None:
    assert changed_tags(("a", "b", "c"), add=("d", "a"), remove=("b",)) == ("a", "c", "d")


@pytest.mark.parametrize(
    ("text", "reason"), [("tags = 3", "tags: "), ("tags = [", "line 1"), ('note = "\x01"', "")]
)
def test_notes_that_cannot_be_read_are_not_loaded_to_be_changed(
    run: Run, text: str, reason: str
) -> None:
    path = run.path / "notes.toml"
    path.write_text(text)
    with pytest.raises(WorkbenchError, match=f"cannot read {re.escape(str(path))}: {reason}") as e:
        load_notes(run.path)
    assert "\n" not in str(e.value)
    assert e.value.hint == "mend the file or move it away first"


def test_absent_notes_are_loaded_as_empty_ones(run: Run) -> None:
    assert load_notes(run.path) == Notes()
