from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from workbench.errors import RunBusyError, RunStateError, WriteError
from workbench.store.liveness import remove_owner, write_owner
from workbench.store.pruning import all_but_best, all_checkpoints, prune
from workbench.store.runs import Run


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
    prune(pruned, files)
    assert names(pruned.path / "checkpoints") == {"mine.txt"}
    assert names(pruned.path) >= before


def test_the_best_can_be_kept_and_resumed_from(pruned: Run) -> None:
    prune(pruned, all_but_best(pruned))
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
        prune(pruned, files)
    assert len(pruned.checkpoints().intact) == 3


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
