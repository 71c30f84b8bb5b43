from __future__ import annotations

import fcntl
import os
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
from workbench.store.trash import Trash


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
    (kept,) = trash.empty()
    assert (kept.name, kept.reason) == (live.id, f"run {live.id} is queued")
    assert [each.name for each in trash.contents()] == [live.id]


def test_a_trash_that_is_a_link_is_not_used(store: RunStore, trash: Trash, tmp_path: Path) -> None:
    run = ended(store)
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    trash.path.symlink_to(tmp_path / "precious")
    for use in (trash.empty, trash.contents, lambda: trash.put([run]), lambda: trash.find("x")):
        with pytest.raises(WorkbenchError, match="is not a folder of its own"):
            use()
    assert (tmp_path / "precious" / "file").exists()
    assert run.path.exists()


def test_a_missing_trash_is_empty_and_stays_missing(trash: Trash) -> None:
    assert trash.contents() == []
    assert trash.empty() == []
    assert not trash.path.exists()
