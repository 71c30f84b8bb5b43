from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from workbench.errors import WriteError
from workbench.store.atomic import remove_leftovers, write_atomically, write_bytes, write_json


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
from workbench.store.atomic import write_atomically
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
