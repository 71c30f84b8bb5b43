from __future__ import annotations

from pathlib import Path

import pytest

from workbench.config.profile import RunProfile
from workbench.errors import WorkbenchError
from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run, RunStore
from workbench.store.status import Status, write_status
from workbench.tui.listing import LOOKS_PER_ROUND, Listing, with_jobs
from workbench.tui.trainings import Job, Situation


def ended(store: RunStore, name: str = "quick") -> Run:
    run = store.create(RunProfile(name=name))
    (run.path / "owner.json").unlink()
    write_status(run.path, Status(state="finished", epochs=3, epochs_done=3))
    return run


def look_round(listing: Listing) -> bool:
    """Look until each run was looked at; True if something changed."""
    return sum(listing.look(10) for _ in range(LOOKS_PER_ROUND + 1)) > 0


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_without_a_folder_there_are_no_entries(store: RunStore) -> None:
    listing = Listing(store)
    assert not listing.look(1)
    assert listing.entries == []


def test_runs_come_newest_first_and_nothing_changes_while_they_rest(store: RunStore) -> None:
    ids = sorted((ended(store, name).id for name in "abc"), reverse=True)
    listing = Listing(store)
    assert look_round(listing)
    assert [entry.key for entry in listing.entries] == ids
    assert {entry.row["state"] for entry in listing.entries} == {"finished"}
    entries = listing.entries
    assert not look_round(listing)
    assert listing.entries == entries


def test_runs_that_are_not_read_yet_have_their_id(store: RunStore) -> None:
    for name in "abc":
        ended(store, name)
    listing = Listing(store)
    listing.look(0)
    assert ["state" in entry.row for entry in listing.entries] == [True, False, False]
    assert listing.is_behind


def test_new_removed_and_changed_runs_are_noticed(store: RunStore) -> None:
    first, second = ended(store), ended(store)
    listing = Listing(store)
    look_round(listing)
    third = ended(store)
    write_notes(first.path, Notes(tags=("a", "b"), note="text"))
    second.path.rename(store.root.parent / second.id)
    assert look_round(listing)
    rows = {entry.key: entry.row for entry in listing.entries}
    assert rows.keys() == {first.id, third.id}
    assert (rows[first.id]["tags"], rows[first.id]["note"]) == ("a, b", "text")


def test_an_active_run_is_read_with_every_look(store: RunStore) -> None:
    run = store.create(RunProfile(name="live"))
    listing = Listing(store)
    listing.look(1)
    write_status(run.path, Status(state="running", step=7))
    assert listing.look(1)
    assert listing.entries[0].row["steps"] == 7


def test_a_folder_that_cannot_be_read_is_an_error(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[Run]:
        raise WorkbenchError("cannot read the runs")

    monkeypatch.setattr(store, "list", refuse)
    with pytest.raises(WorkbenchError, match="cannot read"):
        Listing(store).look(1)


def test_what_waits_stands_before_the_runs_and_a_run_that_waits_keeps_its_line(
    store: RunStore,
) -> None:
    run = ended(store)
    listing = Listing(store)
    look_round(listing)
    new, again = Job(1, "new", RunProfile(name="new")), Job(2, run.id, run)
    entries = with_jobs(listing.entries, Situation(job=new, doing="loading", waiting=(again,)))
    assert [(entry.row["id"], entry.row["state"]) for entry in entries] == [
        ("new", "preparing"),
        (run.id, "waiting"),
    ]
    assert entries[1].run == listing.entries[0].run
    assert with_jobs(listing.entries, Situation()) == listing.entries
