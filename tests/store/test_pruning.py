from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from workbench.config.profile import RunProfile
from workbench.errors import RunBusyError, RunStateError, WriteError
from workbench.store.deletion import Kept
from workbench.store.liveness import remove_owner, write_owner
from workbench.store.pruning import all_but_best, all_checkpoints, prune
from workbench.store.runs import Run, RunStore


@pytest.fixture
def pruned(run: Run) -> Run:
    """A dead run with three checkpoints, the second the best, and a file of someone else."""
    folder = run.path / "checkpoints"
    folder.mkdir()
    for step in (1, 2, 3):
        path = folder / f"{step:09d}.pt"
        path.write_bytes(b"12345")
        checksum = hashlib.sha256(b"12345").hexdigest()
        path.with_name(f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")
    (folder / "best").write_text("000000002.pt\n")
    (folder / ".000000004.pt.0123abcd.tmp").touch()
    (folder / "mine.txt").touch()
    run.weights_path.touch()
    remove_owner(run.path)
    return run


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_all_checkpoints_go_and_all_else_stays(pruned: Run) -> None:
    before = names(pruned.path)
    files = all_checkpoints(pruned)
    assert len(files) == 8
    assert sum(file.bytes for file in files if file.name.endswith(".pt")) == 15
    assert prune({pruned: files}, all_checkpoints).deleted == {pruned: files}
    assert names(pruned.path / "checkpoints") == {"mine.txt"}
    assert names(pruned.path) >= before


def test_the_best_can_be_kept_and_resumed_from(pruned: Run) -> None:
    prune({pruned: all_but_best(pruned)}, all_but_best)
    (checkpoint,) = pruned.checkpoints().intact
    assert (checkpoint.step, checkpoint.best) == (2, True)
    assert all_but_best(pruned) == []


def test_without_an_intact_best_nothing_is_chosen(pruned: Run) -> None:
    (pruned.path / "checkpoints" / "000000002.pt").write_bytes(b"damaged")
    with pytest.raises(RunStateError, match="no intact checkpoint of its best epoch"):
        all_but_best(pruned)


def test_a_live_run_keeps_its_checkpoints(pruned: Run) -> None:
    files = all_checkpoints(pruned)
    write_owner(pruned.path)
    with pytest.raises(RunBusyError):
        prune({pruned: files}, all_checkpoints)
    assert len(pruned.checkpoints().intact) == 3


def test_no_run_loses_a_file_where_one_lives(pruned: Run, store: RunStore) -> None:
    live = store.create(RunProfile(name="live"))
    before = names(pruned.path / "checkpoints")
    with pytest.raises(RunBusyError, match=live.id):
        prune({pruned: all_checkpoints(pruned), live: []}, all_checkpoints)
    assert names(pruned.path / "checkpoints") == before


def test_no_run_loses_a_file_where_another_has_no_best_any_more(
    pruned: Run, store: RunStore
) -> None:
    other = Run(shutil.copytree(pruned.path, store.root / "20261122-090000-other-000001"))
    plan = {pruned: all_but_best(pruned), other: all_but_best(other)}
    (other.path / "checkpoints" / "best").unlink()
    before = names(pruned.path / "checkpoints")
    with pytest.raises(RunStateError, match="no intact checkpoint"):
        prune(plan, all_but_best)
    assert names(pruned.path / "checkpoints") == before


def test_what_is_the_best_by_now_stays_and_what_was(pruned: Run) -> None:
    plan = {pruned: all_but_best(pruned)}
    (pruned.path / "checkpoints" / "best").write_text("000000003.pt\n")
    deleted = prune(plan, all_but_best).deleted[pruned]
    assert {checkpoint.step for checkpoint in pruned.checkpoints().intact} == {2, 3}
    assert [file.name for file in deleted if file.name.endswith(".pt")] == ["000000001.pt"]


def test_what_was_written_since_stays(pruned: Run) -> None:
    plan = {pruned: all_checkpoints(pruned)}
    folder = pruned.path / "checkpoints"
    (folder / "000000003.pt").write_bytes(b"54321")  # in the same place, of the same size
    os.utime(folder / "000000003.pt", ns=(1, 1))
    (folder / "000000004.pt").write_bytes(b"12345")
    prune(plan, all_checkpoints)
    assert names(folder) == {"mine.txt", "000000003.pt", "000000004.pt"}


def test_what_will_not_go_is_named_and_the_rest_goes(
    pruned: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlink = os.unlink

    def refuse(name: str, *, dir_fd: int) -> None:
        if name == "000000002.pt":
            raise PermissionError(1, "Operation not permitted")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", refuse)
    done = prune({pruned: all_checkpoints(pruned)}, all_checkpoints)
    path = f"{pruned.id}/checkpoints/000000002.pt"
    assert done.kept == (Kept(path, "Operation not permitted"),)
    assert len(done.deleted[pruned]) == 7
    assert names(pruned.path / "checkpoints") == {"mine.txt", "000000002.pt"}


def test_digits_of_other_scripts_are_no_step(pruned: Run) -> None:
    name = "\N{ARABIC-INDIC DIGIT THREE}" * 9 + ".pt"
    (pruned.path / "checkpoints" / name).touch()
    assert name not in {file.name for file in all_checkpoints(pruned)}


def test_links_are_not_followed(pruned: Run, tmp_path: Path) -> None:
    folder = pruned.path / "checkpoints"
    (folder / "000000009.pt").symlink_to(tmp_path)
    assert "000000009.pt" not in {file.name for file in all_checkpoints(pruned)}
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match="checkpoints"):
        all_checkpoints(pruned)


def test_a_run_without_checkpoints_has_nothing_to_prune(run: Run) -> None:
    assert all_checkpoints(run) == all_but_best(run) == []
