from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.config.profile import RunProfile
from workbench.errors import (
    RunBusyError,
    RunNotFoundError,
    RunStateError,
    WorkbenchError,
    WriteError,
)
from workbench.store.liveness import remove_owner
from workbench.store.runs import Run, RunStore
from workbench.store.trash import Emptied, Trash


@pytest.fixture
def trash(store: RunStore) -> Trash:
    return Trash(store.root)


def ended(store: RunStore, name: str = "quick") -> Run:
    run = store.create(RunProfile(name=name))
    remove_owner(run.path)
    return run


def test_a_trashed_run_comes_back_as_it_was(store: RunStore, trash: Trash) -> None:
    run = ended(store)
    (run.path / "notes.toml").write_text('note = "mine"')
    (moved,) = trash.put([run])
    assert moved.path == store.root / ".trash" / run.id
    assert list(store.list()) == []
    (restored,) = trash.restore([trash.find("latest")])
    assert restored.path == run.path
    assert restored.notes.note == "mine"
    assert trash.contents() == []


def test_a_live_run_leaves_all_where_they_are(store: RunStore, trash: Trash) -> None:
    first, live, last = ended(store), store.create(RunProfile(name="live")), ended(store)
    with pytest.raises(RunBusyError, match=rf"run {live.id} is queued") as caught:
        trash.put([first, live, last])
    assert "workbench stop" in caught.value.hint
    assert len(store.list()) == 3
    assert trash.contents() == []


def test_a_run_that_another_process_holds_stays(store: RunStore, trash: Trash) -> None:
    run, other = ended(store), ended(store)
    with (run.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(RunBusyError, match="is held by"):
            trash.put([other, run])
    assert len(store.list()) == 2


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_a_lock_that_can_hold_nothing_does_not_keep_a_run(
    store: RunStore, trash: Trash, make: object
) -> None:
    run = ended(store)
    make(run.path / "lock")  # type: ignore[operator]
    trash.put([run])
    assert [each.name for each in trash.contents()] == [run.id]


def test_a_refused_move_leaves_all_where_they_were(
    store: RunStore, trash: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = ended(store, "first"), ended(store, "second")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path == second.path:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(WriteError, match="Permission denied"):
        trash.put([first, second])
    assert len(store.list()) == 2


def test_a_name_that_is_taken_is_refused_both_ways(store: RunStore, trash: Trash) -> None:
    run = ended(store)
    (trash.path / run.id).mkdir(parents=True)
    with pytest.raises(RunStateError, match="is there already"):
        trash.put([run])
    with pytest.raises(RunStateError, match="is there already"):
        trash.restore([trash.find("latest")])
    assert run.profile


def test_an_unknown_name_says_how_to_list_the_trash(store: RunStore, trash: Trash) -> None:
    with pytest.raises(RunNotFoundError, match="no runs in") as caught:
        trash.find("latest")
    assert "workbench trash RUN" in caught.value.hint
    trash.put([ended(store, "quick"), ended(store, "quick")])
    with pytest.raises(RunNotFoundError, match="no run 'slow'") as caught:
        trash.find("slow")
    assert caught.value.hint == "workbench trash lists what there is"
    with pytest.raises(RunNotFoundError, match="'quick' fits 2 runs"):
        trash.find("quick")


def test_contents_have_sizes_newest_first(store: RunStore, trash: Trash) -> None:
    for name in ("20261122-090000-old-000001", "20261123-090000-new-000002"):
        (trash.path / name).mkdir(parents=True)
        (trash.path / name / "file").write_bytes(b"12345")
    assert [(each.name, each.bytes) for each in trash.contents()] == [
        ("20261123-090000-new-000002", 5),
        ("20261122-090000-old-000001", 5),
    ]


def test_emptying_deletes_all_but_a_run_that_trains_there(store: RunStore, trash: Trash) -> None:
    trash.put([ended(store)])
    live = RunStore(trash.path).create(RunProfile())
    (kept,) = trash.empty(trash.contents()).kept
    assert (kept.name, kept.reason) == (live.id, f"run {live.id} is queued")
    assert [each.name for each in trash.contents()] == [live.id]


def test_emptying_deletes_only_what_was_shown(store: RunStore, trash: Trash) -> None:
    shown, replaced, restored = trash.put([ended(store, name) for name in ("a", "b", "c")])
    contents = {each.name: each for each in trash.contents()}
    came = trash.put([ended(store, "came")])[0]
    trash.restore([restored])
    replaced.path.rename(store.root / "aside")  # its inode is not free for what comes
    replaced.path.mkdir()
    emptied = trash.empty(contents.values())
    assert emptied.deleted == (contents[shown.id],)
    assert {*emptied.gone} == {contents[replaced.id], contents[restored.id]}
    assert emptied.kept == ()
    assert {each.name for each in trash.contents()} == {came.id, replaced.id}


def test_a_run_that_is_held_in_the_trash_is_not_deleted_and_not_moved(
    store: RunStore, trash: Trash
) -> None:
    (run,) = trash.put([ended(store)])
    with (run.path / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (kept,) = trash.empty(trash.contents()).kept
        with pytest.raises(RunBusyError, match="is held by"):
            trash.restore([run])
    assert "is held by" in kept.reason
    assert run.path.exists()


def test_emptying_looks_through_no_link(store: RunStore, trash: Trash) -> None:
    live = store.create(RunProfile(name="live"))
    trash.path.mkdir()
    (trash.path / "link").symlink_to(live.path)
    before = sorted(live.path.iterdir())
    assert [each.name for each in trash.empty(trash.contents()).deleted] == ["link"]
    assert sorted(live.path.iterdir()) == before


def test_a_run_that_another_process_moved_is_named(store: RunStore, trash: Trash) -> None:
    first, gone = ended(store, "first"), ended(store, "gone")
    gone.path.rename(store.root / "elsewhere")
    with pytest.raises(RunNotFoundError, match=f"run {gone.id} is not in .* any more"):
        trash.put([first, gone])
    assert first.path.exists()


def test_what_cannot_be_moved_back_is_named(
    store: RunStore, trash: Trash, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [ended(store, name) for name in ("first", "second", "third")]
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path == runs[2].path or path == trash.path / runs[0].id:
            raise PermissionError(13, "Permission denied")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(WriteError, match=rf"{runs[2].id}: Permission denied") as caught:
        trash.put(runs)
    assert caught.value.hint.endswith(f"what stayed in {trash.path}: {runs[0].id}")
    assert {run.id for run in store.list()} == {runs[1].id, runs[2].id}


@pytest.mark.parametrize("make", [os.mkfifo, Path.touch])
def test_a_trash_that_is_no_folder_is_one_clear_error(
    store: RunStore, trash: Trash, make: Callable[[Path], None]
) -> None:
    run = ended(store)
    make(trash.path)
    for use in (trash.contents, lambda: trash.put([run]), lambda: trash.find("x")):
        with pytest.raises(WorkbenchError, match="is not a folder of its own"):
            use()


@pytest.mark.parametrize("call", ["open", "scandir"])
def test_a_trash_that_cannot_be_read_is_one_clear_error(
    store: RunStore, trash: Trash, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    trash.put([ended(store)])
    contents = trash.contents()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, call, refuse)
    with pytest.raises(WorkbenchError, match=f"cannot read the trash {trash.path}: Permission"):
        trash.contents()
    if call == "open":
        with pytest.raises(WorkbenchError, match="cannot read the trash"):
            trash.empty(contents)


def test_a_place_that_cannot_be_looked_at_is_not_taken_for_an_empty_trash(
    tmp_path: Path,
) -> None:
    with pytest.raises(WorkbenchError, match=r"cannot read the trash .*File name too long"):
        Trash(tmp_path / ("x" * 300)).contents()


def test_a_trash_that_is_a_link_is_not_used(store: RunStore, trash: Trash, tmp_path: Path) -> None:
    run = ended(store)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    trash.path.symlink_to(tmp_path / "precious")
    for use in (
        lambda: trash.empty([]),
        trash.contents,
        lambda: trash.put([run]),
        lambda: trash.find("x"),
    ):
        with pytest.raises(WorkbenchError, match="is not a folder of its own"):
            use()
    assert (tmp_path / "precious" / "file").exists()
    assert run.path.exists()


def test_a_missing_trash_is_empty_and_stays_missing(trash: Trash) -> None:
    assert trash.contents() == []
    assert trash.empty([]) == Emptied((), (), ())
    assert not trash.path.exists()
