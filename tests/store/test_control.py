from __future__ import annotations

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
    control.request_stop(run)
    assert not (tmp_path / "elsewhere").exists()
    control.clear_stop(run)
    assert not (run.path / "control" / "stop").is_symlink()


def test_where_flags_have_no_folder_there_is_none_to_clear(run: Run) -> None:
    (run.path / "control").touch()
    control.clear_stop(run)
    assert not control.is_stop_requested(run)
