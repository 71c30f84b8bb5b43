from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from workbench.errors import WriteError
from workbench.store import control
from workbench.store.runs import Run


def test_a_flag_is_raised_seen_and_cleared(run: Run) -> None:
    assert not control.is_stop_requested(run)
    control.request_stop(run)
    control.request_stop(run)
    assert control.is_stop_requested(run)
    assert not control.is_pause_requested(run)
    control.clear_stop(run)
    control.clear_stop(run)
    assert not control.is_stop_requested(run)


def test_pause_is_another_flag(run: Run) -> None:
    control.request_pause(run)
    assert control.is_pause_requested(run)
    assert not control.is_stop_requested(run)
    control.clear_pause(run)
    assert not control.is_pause_requested(run)


def test_a_flag_does_not_bring_back_a_deleted_run(run: Run) -> None:
    shutil.rmtree(run.path)
    with pytest.raises(WriteError):
        control.request_stop(run)
    assert not run.path.exists()


def test_a_flag_that_is_a_link_makes_no_file_elsewhere(run: Run, tmp_path: Path) -> None:
    (run.path / "control").mkdir()
    (run.path / "control" / "stop").symlink_to(tmp_path / "elsewhere")
    assert control.is_stop_requested(run)
    control.request_stop(run)
    assert not (tmp_path / "elsewhere").exists()
    assert control.is_stop_requested(run)
    control.clear_stop(run)
    assert not control.is_stop_requested(run)
    assert not (run.path / "control" / "stop").is_symlink()


def test_where_flags_have_no_folder_there_is_none_to_clear(run: Run) -> None:
    (run.path / "control").touch()
    control.clear_stop(run)
    assert not control.is_stop_requested(run)


def test_a_folder_of_flags_that_is_a_link_touches_nothing_elsewhere(
    run: Run, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "stop").touch()
    (run.path / "control").symlink_to(elsewhere)
    assert not control.is_stop_requested(run)
    control.clear_stop(run)
    with pytest.raises(WriteError):
        control.request_pause(run)
    assert [path.name for path in elsewhere.iterdir()] == ["stop"]


@pytest.fixture
def read_only(run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The run on a disk that became read-only: it refuses to delete what is not there too."""

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "unlink", refuse)
    return run.path


def test_on_a_read_only_disk_a_flag_that_is_not_there_is_cleared(run: Run, read_only: Path) -> None:
    control.clear_stop(run)
    assert not control.is_stop_requested(run)


def test_a_stop_that_cannot_be_cleared_says_so(run: Run, read_only: Path) -> None:
    control.request_stop(run)
    with pytest.raises(WriteError, match="control/stop: Read-only file system"):
        control.clear_stop(run)
    assert control.is_stop_requested(run)


def test_a_disk_that_does_not_answer_asks_for_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.request_stop(run)

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as failing:
        failing.setattr(os, "stat", fail)
        failing.setattr(os, "lstat", fail)
        assert not control.is_stop_requested(run)
    assert control.is_stop_requested(run)
