"""Decoded images, kept between runs and opened memory-mapped.

An entry is a folder named by a hash of what it was decoded from. It is built
beside its place and renamed into it, so that an entry is whole or not there,
whoever else builds it and whenever the process is killed.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from workbench.config.places import user_cache
from workbench.data.source import Pixels

_IMAGES, _DIGEST = "images.npy", "sha256"
_BUILDING = ".building-"
_ABANDONED_SECONDS = 24 * 3600

_log = logging.getLogger(__name__)

Decode = Callable[[], Iterable[Pixels]]
"""Starts decoding anew; gives the images in chunks, (n, channels, height, width) each."""


@dataclass(frozen=True)
class Decoded:
    images: Pixels
    """(n, channels, height, width); memory-mapped copy-on-write if it comes from the cache."""
    digest: str
    """sha256 hex over the pixels."""


@dataclass(frozen=True)
class CacheUsage:
    """Where the cache is and what it takes."""

    folder: Path
    entries: int
    size: int
    """Bytes."""


def cache_folder() -> Path:
    """`images` in the program's cache."""
    return user_cache() / "images"


def cache_usage() -> CacheUsage:
    """Count what is there now; an absent cache is empty."""
    folder = cache_folder()
    files = [path for path in folder.glob("*/*") if path.is_file()]
    entries = sum(path.name == _IMAGES for path in files)
    return CacheUsage(folder, entries, sum(path.stat().st_size for path in files))


def decoded(key: str, count: int, decode: Decode) -> Decoded:
    """The `count` images of `key`, from the cache or decoded now.

    A cache that cannot be written costs a warning, and the images are held in
    memory instead. What `decode` raises goes through.
    """
    entry = cache_folder() / key
    found = _open(entry, count)
    if found:
        return found
    try:
        _build(entry, count, decode())
    except OSError as error:
        _log.warning("decoded images cannot be kept in %s: %s", entry.parent, error)
        return _in_memory(count, decode())
    return _open(entry, count) or _in_memory(count, decode())


def _open(entry: Path, count: int) -> Decoded | None:
    """A whole entry; None where there is none. A damaged one is removed."""
    if not entry.exists():
        return None
    try:
        # Copy-on-write: torch takes such an array without a warning, the file stays as it is.
        images = np.load(entry / _IMAGES, mmap_mode="c", allow_pickle=False)
        digest = (entry / _DIGEST).read_text()
        if len(images) != count:
            raise ValueError(f"{len(images)} images instead of {count}")
    except (OSError, ValueError, EOFError) as error:
        _log.warning("decoded images in %s are damaged, so they are made anew: %s", entry, error)
        shutil.rmtree(entry, ignore_errors=True)
        return None
    return Decoded(images, digest)


def _build(entry: Path, count: int, chunks: Iterable[Pixels]) -> None:
    """Write an entry beside its place, then rename it. If another was first, theirs stays."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(entry.parent)
    with tempfile.TemporaryDirectory(prefix=_BUILDING, dir=entry.parent) as scratch:
        building = Path(scratch, entry.name)
        building.mkdir()
        digest = _write_images(building / _IMAGES, count, chunks)
        with _synced(building / _DIGEST) as file:
            file.write(digest.encode())
        _sync_folder(building)
        try:
            building.rename(entry)
        except OSError:
            if not entry.exists():
                raise
    _sync_folder(entry.parent)


def _write_images(path: Path, count: int, chunks: Iterable[Pixels]) -> str:
    """Write an .npy file chunk by chunk; the pixels' sha256.

    Not through a memory map: on a full disk that ends the process with SIGBUS,
    where a write raises OSError.
    """
    digest = hashlib.sha256()
    with _synced(path) as file:
        for number, chunk in enumerate(chunks):
            if number == 0:
                np.lib.format.write_array_header_1_0(file, _header(count, chunk))
            file.write(chunk.data)
            digest.update(chunk.data)
    return digest.hexdigest()


def _header(count: int, chunk: Pixels) -> dict[str, object]:
    shape = (count, *chunk.shape[1:])
    return {"descr": "|u1", "fortran_order": False, "shape": shape}


def _in_memory(count: int, chunks: Iterable[Pixels]) -> Decoded:
    images = np.empty(0, np.uint8)
    digest, done = hashlib.sha256(), 0
    for chunk in chunks:
        if done == 0:
            images = np.empty((count, *chunk.shape[1:]), np.uint8)
        images[done : done + len(chunk)] = chunk
        digest.update(chunk.data)
        done += len(chunk)
    return Decoded(images, digest.hexdigest())


def _remove_abandoned(folder: Path) -> None:
    """Drop what killed builders left, once no builder can still be at work on it."""
    for scratch in folder.glob(f"{_BUILDING}*"):
        with suppress(FileNotFoundError):
            if time.time() - scratch.stat().st_mtime > _ABANDONED_SECONDS:
                shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _synced(path: Path) -> Iterator[BinaryIO]:
    """A new file that is on the disk, not only in its cache, once it is closed."""
    with path.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
