"""Small files that anyone may have put there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.store.files import open_regular, opened_to_append, read_regular


def test_what_is_appended_comes_after_what_is_there(tmp_path: Path) -> None:
    for data in (b"one", b"two"):
        descriptor = opened_to_append(tmp_path / "log.txt")
        os.write(descriptor, data)
        os.close(descriptor)
    assert (tmp_path / "log.txt").read_bytes() == b"onetwo"


def test_nothing_is_appended_to_a_pipe_or_through_a_link(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match=name):
            opened_to_append(tmp_path / name)
    assert not (tmp_path / "elsewhere").exists()


def test_only_regular_files_within_the_limit_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "file").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_regular(tmp_path / "file", 4)
    for name in ("pipe", "link"):
        with pytest.raises(OSError, match=name):
            open_regular(tmp_path / name)
