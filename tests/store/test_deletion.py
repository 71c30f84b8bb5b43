"""Deleting and measuring folders full of odd things."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from workbench.store.deletion import delete, opened_folder, size_of


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[int]:
    with opened_folder(tmp_path) as folder:
        yield folder


def test_odd_files_go_and_what_links_point_to_stays(tmp_path: Path, inside: int) -> None:
    outside, doomed = tmp_path / "outside", tmp_path / "doomed"
    (outside / "kept").mkdir(parents=True)
    (outside / "file").write_text("kept")
    doomed.mkdir()
    (doomed / "to-folder").symlink_to(outside)
    (doomed / "to-file").symlink_to(outside / "file")
    (doomed / "loop").symlink_to(doomed)
    (doomed / "gone").symlink_to("nowhere")
    os.mkfifo(doomed / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(doomed / "socket"))
    (doomed / os.fsdecode(b"\xff\xfe")).touch()
    (doomed / "shut" / "inner").mkdir(parents=True)
    (doomed / "shut" / "inner" / "file").touch()
    (doomed / "shut" / "inner").chmod(0o500)
    (doomed / "shut").chmod(0)
    assert delete("doomed", inside=inside) == []
    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
    assert sorted(path.name for path in outside.iterdir()) == ["file", "kept"]


def test_no_depth_is_too_deep(tmp_path: Path, inside: int) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    for _ in range(3000):
        os.mkdir("x", dir_fd=folder)
        deeper = os.open("x", os.O_RDONLY, dir_fd=folder)
        os.close(folder)
        folder = deeper
    os.close(folder)
    assert size_of("x", inside=inside) == 0
    assert delete("x", inside=inside) == []
    assert list(tmp_path.iterdir()) == []


def test_a_link_goes_and_not_what_it_points_to(tmp_path: Path, inside: int) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert delete("link", inside=inside) == []
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_what_will_not_go_is_named_with_its_reason_and_the_rest_goes(
    tmp_path: Path, inside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "doomed" / "deep").mkdir(parents=True)
    for name in ("stuck", "free"):
        (tmp_path / "doomed" / "deep" / name).touch()
    unlink = os.unlink

    def refuse(name: str, *, dir_fd: int) -> None:
        if name == "stuck":
            raise PermissionError(1, "Operation not permitted")
        unlink(name, dir_fd=dir_fd)

    monkeypatch.setattr(os, "unlink", refuse)
    kept = delete("doomed", inside=inside)
    assert [(each.name, each.reason) for each in kept] == [
        ("doomed/deep/stuck", "Operation not permitted"),
        ("doomed/deep", "Directory not empty"),
    ]
    assert [path.name for path in tmp_path.glob("*/*")] == ["stuck"]


def test_what_another_process_deletes_meanwhile_is_as_good_as_deleted(
    tmp_path: Path, inside: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "doomed" / "deep").mkdir(parents=True)
    (tmp_path / "doomed" / "file").touch()

    def overtaken(folder: int) -> object:
        monkeypatch.undo()
        with os.scandir(folder) as entries:
            found = list(entries)
        for path in tmp_path.glob("deleting-*"):
            shutil.rmtree(path)
        return nullcontext(found)

    monkeypatch.setattr(os, "scandir", overtaken)
    assert delete("doomed", inside=inside) == []
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_is_gone_is_reported(inside: int) -> None:
    assert [each.name for each in delete("nothing", inside=inside)] == ["nothing"]


def test_only_regular_files_of_the_folder_itself_have_a_size(tmp_path: Path, inside: int) -> None:
    (tmp_path / "run" / "deep").mkdir(parents=True)
    (tmp_path / "run" / "deep" / "file").write_bytes(b"12345")
    (tmp_path / "large").write_bytes(b"1" * 1000)
    (tmp_path / "run" / "link").symlink_to(tmp_path / "large")
    os.mkfifo(tmp_path / "run" / "pipe")
    assert size_of("run", inside=inside) == 5
    assert size_of("large", inside=inside) == 1000
    assert size_of("nothing", inside=inside) == 0


def test_a_link_to_a_folder_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(OSError, match="link"), opened_folder(tmp_path / "link"):
        pass
