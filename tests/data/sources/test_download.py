"""Archives: fetched, checked and unpacked, or one clear error and nothing left behind."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import resource
import signal
import socket
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.data.serving import serving
from workbench.data.source import no_progress
from workbench.data.sources.download import Archive, available
from workbench.errors import DataError

FILES = {"one": b"1" * 1000, "two": os.urandom(2_200_000)}
NOWHERE = "http://127.0.0.1:9/set.tar.gz"


def packed(*names: str) -> bytes:
    """A .tar.gz with these members, each as long and as random as `FILES` says."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz", compresslevel=1) as tar:
        for name in names:
            content = FILES[name.rpartition("/")[2]]
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


CONTENT = packed("set/one", "set/two")


def archive(url: str = NOWHERE, content: bytes = CONTENT) -> Archive:
    return Archive(url, "set.tar.gz", hashlib.md5(content).hexdigest(), "set")


def refusal(wanted: Archive, root: Path, patience: float = 5) -> DataError:
    """The error, after which nothing may have been left in `root`."""
    before = sorted(root.rglob("*"))
    with pytest.raises(DataError) as error:
        available(wanted, root, no_progress, patience=patience)
    assert sorted(root.rglob("*")) == before
    assert "\n" not in error.value.message
    return error.value


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_is_downloaded_and_unpacked(tmp_path: Path) -> None:
    root = tmp_path / "new" / "sets"
    with serving(CONTENT) as url:
        folder = available(archive(url), root, no_progress)
    assert folder == root / "set"
    assert read(folder) == FILES
    assert (root / "set.tar.gz").read_bytes() == CONTENT
    assert sorted(path.name for path in root.iterdir()) == ["set", "set.tar.gz"]


def test_what_lies_there_is_not_downloaded_again(tmp_path: Path) -> None:
    with serving(CONTENT) as url:
        available(archive(url), tmp_path, no_progress)
    assert read(available(archive(), tmp_path, no_progress)) == FILES


def test_an_archive_put_there_by_hand_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz").write_bytes(CONTENT)
    assert read(available(archive(), tmp_path, no_progress)) == FILES


def test_an_unpacked_folder_needs_no_archive(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    assert available(archive(), tmp_path, no_progress) == tmp_path / "set"


@pytest.mark.parametrize("length", [len(CONTENT), None], ids=["told", "untold"])
def test_progress_is_told_in_whole_megabytes(tmp_path: Path, length: int | None) -> None:
    told: list[tuple[str, int, int]] = []
    with serving(CONTENT, length=length) as url:
        available(archive(url), tmp_path, lambda *step: told.append(step))
    downloading = [step[1:] for step in told if step[0] == "downloading set.tar.gz (MB)"]
    unpacking = [step[1:] for step in told if step[0] == "unpacking set.tar.gz (MB)"]
    assert [done for done, _ in downloading] == sorted(done for done, _ in downloading)
    assert {0, 1, 2, 3} == {done for done, _ in downloading}
    assert [done == total for done, total in downloading].index(True) == len(downloading) - 1
    assert downloading[-1] == unpacking[-1] == (3, 3)


# No network


def test_without_network_it_says_what_to_put_where(tmp_path: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/set.tar.gz"
        error = refusal(archive(url), tmp_path)
    assert error.message == f"{url} cannot be downloaded: {os.strerror(errno.ECONNREFUSED)}"
    assert f"put it at {tmp_path / 'set.tar.gz'} (md5 {archive().md5})" in error.hint


def test_a_host_that_is_not_known(tmp_path: Path) -> None:
    error = refusal(archive("http://nowhere.invalid/set.tar.gz"), tmp_path)
    assert "http://nowhere.invalid/set.tar.gz cannot be downloaded: " in error.message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with serving(b"gone", status=404) as url:
        assert refusal(archive(url), tmp_path).message.endswith(": HTTP 404 Not Found")


def test_a_server_that_falls_silent(tmp_path: Path) -> None:
    with serving(CONTENT[:1000], length=len(CONTENT), stays_open=True) as url:
        error = refusal(archive(url), tmp_path, patience=0.05)
    assert error.message.endswith("no answer for 0.05 seconds")


def test_a_server_that_speaks_another_language(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        code = "import socket, sys; s = socket.socket(fileno=int(sys.argv[1])); c, _ = s.accept();"
        code += "c.recv(9999); c.sendall(b'SSH-2.0-x\\r\\n'); c.close()"
        number = server.fileno()
        with subprocess.Popen([sys.executable, "-c", code, str(number)], pass_fds=[number]) as ssh:
            try:
                error = refusal(archive(url), tmp_path)
            finally:
                ssh.kill()
    assert "cannot be downloaded: SSH-2.0-x" in error.message


# Damage


@pytest.mark.parametrize("size", [0, 1000, len(CONTENT) - 1], ids=["none", "some", "most"])
def test_a_download_that_ends_early(tmp_path: Path, size: int) -> None:
    with serving(CONTENT[:size], length=len(CONTENT)) as url:
        error = refusal(archive(url), tmp_path)
    assert f"{size:,} of {len(CONTENT):,} bytes" in error.message


def test_a_download_of_something_else(tmp_path: Path) -> None:
    with serving(b"<html>Please log in") as url:
        error = refusal(archive(url), tmp_path)
    assert hashlib.md5(b"<html>Please log in").hexdigest() in error.message
    assert archive().md5 in error.message


def test_an_archive_put_there_that_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "set.tar.gz"
    path.write_bytes(CONTENT[:-1])
    error = refusal(archive(), tmp_path)
    assert error.message.startswith(f"{path} is damaged")
    assert "remove it" in error.hint
    assert error.path == path


@pytest.mark.parametrize(
    "content", [b"no archive at all", CONTENT[:-100_000], b""], ids=["text", "cut", "empty"]
)
def test_an_archive_that_cannot_be_unpacked(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "set.tar.gz").write_bytes(content)
    assert str(tmp_path) in refusal(archive(content=content), tmp_path).message


def test_an_archive_without_the_folder(tmp_path: Path) -> None:
    content = packed("other/one")
    (tmp_path / "set.tar.gz").write_bytes(content)
    assert str(tmp_path / "set") in refusal(archive(content=content), tmp_path).message


def test_an_archive_that_would_write_elsewhere(tmp_path: Path) -> None:
    content = packed("../one")
    (tmp_path / "set.tar.gz").write_bytes(content)
    assert "cannot be unpacked" in refusal(archive(content=content), tmp_path).message
    assert not (tmp_path / "one").exists()


# Disk


def test_a_root_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for root in (tmp_path / "file", tmp_path / "file" / "below"):
        error = refusal(archive(), root)
        assert str(root) in error.message
        assert f"{tmp_path / 'file'} is a file, not a folder" in error.message
        assert error.hint == "set data.root to a folder"


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A limit on the size of files fails a write the way a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_while_downloading(tmp_path: Path) -> None:
    with serving(CONTENT) as url, largest_file(1_000_000):
        error = refusal(archive(url), tmp_path)
    assert str(tmp_path / "set") in error.message
    assert "free space" in error.hint


def test_a_full_disk_while_unpacking(tmp_path: Path) -> None:
    (tmp_path / "set.tar.gz").write_bytes(CONTENT)
    with largest_file(1_000_000):
        assert "free space" in refusal(archive(), tmp_path).hint


# Interrupted


def stop_at(what: str) -> Callable[[str, int, int], None]:
    def progress(told: str, done: int, total: int) -> None:
        if told.startswith(what) and done:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("what", ["downloading", "unpacking"])
def test_an_interrupt_leaves_nothing_half_made(tmp_path: Path, what: str) -> None:
    with serving(CONTENT) as url:
        with pytest.raises(KeyboardInterrupt):
            available(archive(url), tmp_path, stop_at(what))
        left = {path.name for path in tmp_path.iterdir()}
        assert left == (set() if what == "downloading" else {"set.tar.gz"})
        assert read(available(archive(url), tmp_path, no_progress)) == FILES


KILLED = """
import os, signal, sys
from pathlib import Path
from workbench.data.sources.download import Archive, available
def progress(what, done, total):
    if what.startswith(sys.argv[1]) and done:
        os.kill(os.getpid(), signal.SIGKILL)
available(Archive(*sys.argv[3:]), Path(sys.argv[2]), progress)
"""


@pytest.mark.parametrize("what", ["downloading", "unpacking"])
def test_what_a_killed_process_left_is_not_used_and_goes_in_time(tmp_path: Path, what: str) -> None:
    with serving(CONTENT) as url:
        wanted = archive(url)
        arguments = [what, tmp_path, wanted.url, wanted.name, wanted.md5, wanted.folder]
        killed = subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False)
        assert killed.returncode == -signal.SIGKILL
        assert not (tmp_path / "set").exists()
        (scratch,) = tmp_path.glob(".*")
        os.utime(scratch, (0, 0))
        (tmp_path / "set.tar.gz").unlink(missing_ok=True)
        assert read(available(wanted, tmp_path, no_progress)) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set", "set.tar.gz"]


def test_who_comes_second_uses_what_is_there(tmp_path: Path) -> None:
    def overtaken(what: str, done: int, total: int) -> None:
        if what.startswith("unpacking") and done == total:
            available(archive(), tmp_path, no_progress)  # another process is faster

    (tmp_path / "set.tar.gz").write_bytes(CONTENT)
    assert read(available(archive(), tmp_path, overtaken)) == FILES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["set", "set.tar.gz"]
