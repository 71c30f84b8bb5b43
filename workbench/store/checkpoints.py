"""Checkpoint files: each with its checksum, few enough to keep.

`checkpoints/000001564.pt` is the payload after 1,564 steps, `.pt.sha256` beside
it its checksum in the form of `sha256sum`, and `checkpoints/best` names the
best epoch's file. Only a file whose checksum fits counts as a checkpoint.
"""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from workbench.errors import WriteError
from workbench.events import CheckpointReady, Write
from workbench.store import layout
from workbench.store.atomic import write_atomically, write_bytes
from workbench.store.files import open_regular, read_regular

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

KEPT = 2
"""The newest checkpoints that are kept, besides the best one."""

_THINNEST = 16
"""A file with holes, of more than so many times the bytes that the disk holds of it, is damaged."""


@dataclass(frozen=True)
class CheckpointFile:
    path: Path
    step: int
    """Steps done."""
    best: bool
    """Whether it is the best epoch's."""


@dataclass(frozen=True)
class Checkpoints:
    intact: tuple[CheckpointFile, ...]
    """Newest first."""
    damaged: tuple[str, ...]
    """Names of the files whose checksum is missing or wrong, newest first."""


def read_checkpoints(run: Path) -> Checkpoints:
    """Verify the checkpoints of a run, reading each once."""
    intact, damaged = [], []
    for step in reversed(layout.checkpoint_steps(run)):
        path = layout.checkpoint_file(run, step)
        if _is_intact(path):
            intact.append(CheckpointFile(path, step, best=step == _best_step(run)))
        else:
            damaged.append(path.name)
    return Checkpoints(tuple(intact), tuple(damaged))


def write_checkpoint(run: Path, event: CheckpointReady) -> None:
    """Write a checkpoint and its checksum, then delete those that are not kept.

    Raises `WriteError`; checkpoints that were there are then untouched.
    """
    path = layout.checkpoint_file(run, event.step)
    try:
        path.parent.mkdir(exist_ok=True)
        _write_with_checksum(path, event.write)
        if event.best:
            write_bytes(_best_file(run), f"{path.name}\n".encode())
        _delete_old(run, event.step)
    except OSError as error:
        raise WriteError(path, error) from error


def _write_with_checksum(path: Path, write: Write) -> None:
    earlier = _standing_checksum(path)
    hashing = hashlib.sha256()

    def write_hashed(file: BinaryIO) -> None:
        hashed = _HashingFile(file, hashing)
        try:
            write(cast(BinaryIO, hashed))
        except Exception:
            if hashed.refusal is None:
                raise
            # torch.save speaks of its own internals where the disk refused a byte.
            raise hashed.refusal from None
        # Before the rename, and with the sums of a file that it replaces: wherever
        # the process dies, the file that stands there has its sum.
        _write_checksums(path, [*earlier, hashing.hexdigest()])

    write_atomically(path, write_hashed)
    if earlier:
        _write_checksums(path, [hashing.hexdigest()])


class _HashingFile(io.RawIOBase):
    """Passes bytes on and hashes them; cannot seek, so that each byte is hashed once."""

    def __init__(self, file: BinaryIO, hashing: hashlib._Hash) -> None:
        super().__init__()
        self.refusal: OSError | None = None
        """Of the disk; whoever writes may have made another error of it."""
        self._file = file
        self._hashing = hashing

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._hashing.update(data)
        try:
            return self._file.write(data)
        except OSError as error:
            self.refusal = error
            raise


def _delete_old(run: Path, newest: int) -> None:
    """Keep the newest and the best; those of steps that are trained again go too.

    So do checksums without a file, of which the disk refused the last step.
    """
    steps = layout.checkpoint_steps(run)
    done = [step for step in steps if step <= newest]
    kept = {*done[-KEPT:]} | ({_best_step(run)} & {*done})
    for step in {*steps, *layout.checksum_steps(run)} - kept:
        path = layout.checkpoint_file(run, step)
        path.unlink(missing_ok=True)
        layout.checksum_file(path).unlink(missing_ok=True)


def _best_file(run: Path) -> Path:
    return run / layout.CHECKPOINTS / "best"


def _best_step(run: Path) -> int:
    """The step of the best checkpoint; -1 where there is none."""
    try:
        name = read_regular(_best_file(run), 100).decode().strip()
        return int(name.removesuffix(".pt"))
    except (OSError, ValueError):
        return -1


def _write_checksums(path: Path, sums: list[str]) -> None:
    lines = "".join(f"{checksum}  {path.name}\n" for checksum in sums)
    write_bytes(layout.checksum_file(path), lines.encode())


def _checksums(path: Path) -> list[str]:
    try:
        text = read_regular(layout.checksum_file(path), 4096).decode()
    except (OSError, ValueError):
        return []
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def _standing_checksum(path: Path) -> list[str]:
    """The checksum of the file that stands there; none where it is not there or is damaged.

    Several are there after a write that was cut short: the file tells which one counts.
    """
    found = _checksums(path)
    return found if len(found) == 1 and path.is_file() else _matching(path, found)


def _is_intact(path: Path) -> bool:
    return bool(_matching(path, _checksums(path)))


def _matching(path: Path, checksums: list[str]) -> list[str]:
    """Those that fit the file. What need not be read is not: a stranger's may be endless."""
    if not checksums:
        return []
    try:
        with open_regular(path) as file:
            if _is_hollow(file):
                return []
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return []
    return [digest] if digest in checksums else []


def _is_hollow(file: io.FileIO) -> bool:
    """Whether nearly all of a file is a hole, which costs hours to read and no disk to make.

    The blocks alone do not say it: some file systems count none, or count them late.
    """
    found = os.fstat(file.fileno())
    if found.st_size <= _THINNEST * max(512 * found.st_blocks, 1 << 20):
        return False
    first_hole = os.lseek(file.fileno(), 0, os.SEEK_HOLE)
    file.seek(0)
    return first_hole < found.st_size
