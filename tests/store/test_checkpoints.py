from __future__ import annotations

import errno
import hashlib
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

import pytest

from workbench.errors import WriteError
from workbench.events import CheckpointReady
from workbench.store.checkpoints import read_checkpoints, write_checkpoint


def _write(run: Path, step: int, *, best: bool = False, content: bytes = b"") -> None:
    def payload(file: BinaryIO) -> None:
        file.write(content or b"payload of ")
        file.write(str(step).encode())

    write_checkpoint(run, CheckpointReady(0, step, best, payload))


def _steps(run: Path) -> list[int]:
    return [checkpoint.step for checkpoint in read_checkpoints(run).intact]


def test_a_run_without_checkpoints_has_none(tmp_path: Path) -> None:
    assert read_checkpoints(tmp_path).intact == ()


def test_a_checkpoint_has_its_checksum_in_the_form_of_sha256sum(tmp_path: Path) -> None:
    _write(tmp_path, 8)
    digest = hashlib.sha256(b"payload of 8").hexdigest()
    checksum = tmp_path / "checkpoints" / "000000008.pt.sha256"
    assert checksum.read_text() == f"{digest}  000000008.pt\n"
    assert _steps(tmp_path) == [8]


def test_the_last_two_and_the_best_are_kept(tmp_path: Path) -> None:
    for step in (4, 8, 12, 16, 20):
        _write(tmp_path, step, best=step == 8)
    intact = read_checkpoints(tmp_path).intact
    assert [(checkpoint.step, checkpoint.best) for checkpoint in intact] == [
        (20, False),
        (16, False),
        (8, True),
    ]
    _write(tmp_path, 24, best=True)
    assert _steps(tmp_path) == [24, 20]


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    _write(tmp_path, 4)
    mine = tmp_path / "checkpoints" / "mine.pt"
    mine.write_bytes(b"")
    for step in (8, 12, 16):
        _write(tmp_path, step)
    assert mine.exists()


def test_a_damaged_checkpoint_is_named_and_not_used(tmp_path: Path) -> None:
    for step in (4, 8):
        _write(tmp_path, step)
    (tmp_path / "checkpoints" / "000000008.pt").write_bytes(b"payload of 9")
    (tmp_path / "checkpoints" / "000000012.pt").write_bytes(b"without a checksum")
    found = read_checkpoints(tmp_path)
    assert [checkpoint.step for checkpoint in found.intact] == [4]
    assert found.damaged == ("000000012.pt", "000000008.pt")


def test_checkpoints_that_a_resume_trains_again_go_with_its_first(tmp_path: Path) -> None:
    for step in (4, 8, 12):
        _write(tmp_path, step, best=step == 12)
    _write(tmp_path, 10)
    assert _steps(tmp_path) == [10, 8]


@pytest.mark.parametrize("killed_at_rename", [1, 2, 3])
def test_a_writer_killed_at_any_point_leaves_a_sound_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed_at_rename: int
) -> None:
    _write(tmp_path, 8, content=b"first ")
    renames = 0
    rename = Path.replace

    def killed(path: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames == killed_at_rename:
            raise KeyboardInterrupt
        return rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            _write(tmp_path, 8, content=b"second ")
    assert _steps(tmp_path) == [8]


def test_a_disk_that_refuses_leaves_the_checkpoints_there_were(tmp_path: Path) -> None:
    def refuse(file: BinaryIO) -> None:
        file.write(b"half")
        raise OSError(28, "No space left on device")

    _write(tmp_path, 4)
    with pytest.raises(WriteError, match=r"000000008.pt: No space left"):
        write_checkpoint(tmp_path, CheckpointReady(0, 8, True, refuse))
    assert _steps(tmp_path) == [4]
    assert len(list((tmp_path / "checkpoints").iterdir())) == 2


def test_a_refusal_that_the_payload_hides_is_told_all_the_same(
    tmp_path: Path,
) -> None:
    """torch.save makes an error of its own of it."""

    def hide(file: BinaryIO) -> None:
        try:
            file.write(b"x" * 100_000)
        except OSError:
            raise RuntimeError("enforce fail at container.cc") from None

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limits[1]))
    try:
        with pytest.raises(WriteError, match=r"000000008.pt: File too large"):
            write_checkpoint(tmp_path, CheckpointReady(0, 8, False, hide))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_an_error_of_the_payload_itself_goes_through(tmp_path: Path) -> None:
    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise RuntimeError("not of the disk")

    with pytest.raises(RuntimeError, match="not of the disk"):
        write_checkpoint(tmp_path, CheckpointReady(0, 8, False, fail))


def test_the_payload_may_not_seek(tmp_path: Path) -> None:
    def seek(file: BinaryIO) -> None:
        file.seek(0)

    with pytest.raises(WriteError):
        write_checkpoint(tmp_path, CheckpointReady(0, 8, False, seek))


def test_a_hollow_file_is_damaged_and_not_read(tmp_path: Path) -> None:
    """Reading a terabyte of nothing would take hours: this test would not end."""
    _write(tmp_path, 4)
    for step, checksum in ((8, ""), (12, "0" * 64)):
        path = tmp_path / "checkpoints" / f"{step:09d}.pt"
        with path.open("wb") as file:
            file.write(b"begins like one")
            file.truncate(1 << 40)
        if checksum:
            path.with_name(f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")
    found = read_checkpoints(tmp_path)
    assert [checkpoint.step for checkpoint in found.intact] == [4]
    assert found.damaged == ("000000012.pt", "000000008.pt")


@pytest.fixture
def refuse_rename(monkeypatch: pytest.MonkeyPatch) -> Callable[[], AbstractContextManager[None]]:
    """While the block runs, the disk takes every file but a checkpoint itself."""
    rename = Path.replace

    def refused(path: Path, target: Path) -> Path:
        if target.suffix == ".pt":
            raise OSError(errno.EIO, "Input/output error")
        return rename(path, target)

    @contextmanager
    def refusing() -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", refused)
            yield

    return refusing


def test_a_checksum_whose_checkpoint_never_came_goes_with_the_next_one(
    tmp_path: Path, refuse_rename: Callable[[], AbstractContextManager[None]]
) -> None:
    _write(tmp_path, 4)
    with refuse_rename(), pytest.raises(WriteError):
        _write(tmp_path, 8)
    _write(tmp_path, 12)
    names = {path.name for path in (tmp_path / "checkpoints").iterdir()}
    assert names == {f"0000000{n}.pt{end}" for n in ("04", "12") for end in ("", ".sha256")}


def test_however_often_the_disk_refuses_the_standing_file_stays_intact(
    tmp_path: Path, refuse_rename: Callable[[], AbstractContextManager[None]]
) -> None:
    _write(tmp_path, 8, content=b"first ")
    for attempt in range(60):
        with refuse_rename(), pytest.raises(WriteError):
            _write(tmp_path, 8, content=b"again %d " % attempt)
    assert _steps(tmp_path) == [8]
    checksums = tmp_path / "checkpoints" / "000000008.pt.sha256"
    assert len(checksums.read_text().splitlines()) == 2
    _write(tmp_path, 8, content=b"last ")
    assert len(checksums.read_text().splitlines()) == 1
    assert _steps(tmp_path) == [8]
