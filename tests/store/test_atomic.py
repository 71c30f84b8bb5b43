from __future__ import annotations

import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from workbench.errors import WriteError
from workbench.store.atomic import (
    Reserve,
    remove_leftovers,
    write_atomically,
    write_bytes,
    write_json,
)


def test_replaces_a_file_and_leaves_no_other(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_bytes(path, b"old")
    write_bytes(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_process_killed_before_the_rename_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    write_bytes(path, b"old")
    code = """
import os, signal, sys
from pathlib import Path
from workbench.store.atomic import (
    Reserve,
    remove_leftovers,
    write_atomically,
    write_bytes,
    write_json,
)
def write(file):
    file.write(b"half of the n")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
write_atomically(Path(sys.argv[1]), write)
"""
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    remove_leftovers(tmp_path, "weights")
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_while_writing_removes_the_temporary_file(tmp_path: Path) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "file", write)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_refuses_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "file"
    with pytest.raises(WriteError, match="nowhere/file: No such file") as caught:
        write_bytes(path, b"")
    assert caught.value.path == path


def test_a_non_finite_number_is_written_as_null(tmp_path: Path) -> None:
    write_json(tmp_path / "file", {"loss": float("nan")})
    assert b"null" in (tmp_path / "file").read_bytes()


def test_a_reserve_becomes_the_file(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.write_bytes(b"before")
    reserve = Reserve(path)
    assert path.read_bytes() == b"before"
    reserve.spend(b"the last word")
    reserve.close()
    assert path.read_bytes() == b"the last word"
    assert [each.name for each in tmp_path.iterdir()] == ["status.json"]


def test_a_reserve_that_is_not_spent_leaves_nothing(tmp_path: Path) -> None:
    Reserve(tmp_path / "status.json").close()
    assert not any(tmp_path.iterdir())


def test_a_reserve_that_finds_no_room_leaves_nothing(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    try:
        with pytest.raises(WriteError, match=r"status\.json: File too large"):
            Reserve(tmp_path / "status.json")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not any(tmp_path.iterdir())


def test_the_reserve_of_a_folder_that_is_gone_is_refused_and_closed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    reserve = Reserve(folder / "status.json")
    shutil.rmtree(folder)
    with pytest.raises(WriteError, match="No such file"):
        reserve.spend(b"the last word")
    reserve.close()
