"""Decoded images, kept between runs and opened memory-mapped.

An entry is a folder named by a hash of what it was decoded from. It is built
beside its place and renamed into it, so that an entry is whole or not there,
whoever else builds it and whenever the process is killed.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from workbench.config.places import user_cache
from workbench.data.scratch import scratch_folder, sync_folder, synced
from workbench.data.source import LeftOut, Pixels

_PIXELS, _CONTENTS = "pixels", "contents.json"
_BUILDING = ".building-"

_log = logging.getLogger(__name__)

Decode = Callable[[], Iterable[Pixels | LeftOut]]
"""Starts decoding anew; gives the images in chunks, (n, channels, height, width) each, and those
that cannot be read in their turn."""


@dataclass(frozen=True)
class Decoded:
    images: Pixels
    """(n, channels, height, width); memory-mapped copy-on-write if it comes from the cache."""
    digest: str
    """sha256 hex over the pixels."""
    left_out: tuple[LeftOut, ...]
    """What could not be read and is not among the images."""


@dataclass(frozen=True)
class _Contents:
    """What an entry holds: known once everything is decoded."""

    shape: tuple[int, ...]
    digest: str
    left_out: tuple[LeftOut, ...]

    def json(self) -> bytes:
        left_out = [(file.place, file.reason) for file in self.left_out]
        return json.dumps([self.shape, self.digest, left_out]).encode()

    @classmethod
    def from_json(cls, text: bytes) -> _Contents:
        """Raises ValueError or TypeError at anything else than `json` writes."""
        shape, digest, left_out = json.loads(text)
        files = tuple(LeftOut(int(place), str(reason)) for place, reason in left_out)
        return cls(tuple(map(int, shape)), str(digest), files)


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
    entries = sum(path.name == _PIXELS for path in files)
    return CacheUsage(folder, entries, sum(path.stat().st_size for path in files))


def decoded(key: str, count: int, decode: Decode) -> Decoded:
    """The images of `key`, from the cache or decoded now: `count` with those left out.

    A cache that cannot be written costs a warning, and the images are held in
    memory instead. What `decode` raises goes through.
    """
    entry = cache_folder() / key
    found = _open(entry, count)
    if found:
        return found
    try:
        _build(entry, decode())
    except OSError as error:
        _log.warning("decoded images cannot be kept in %s: %s", entry.parent, error)
        return _in_memory(decode())
    return _open(entry, count) or _in_memory(decode())


def _open(entry: Path, count: int) -> Decoded | None:
    """A whole entry; None where there is none. A damaged one is removed."""
    if not entry.exists():
        return None
    try:
        contents = _Contents.from_json((entry / _CONTENTS).read_bytes())
        found, size = len(contents.left_out) + contents.shape[0], (entry / _PIXELS).stat().st_size
        if found != count or size != math.prod(contents.shape):
            raise ValueError(f"{found} images in {size} bytes instead of {count}")
        # Copy-on-write: torch takes such an array without a warning, the file stays as it is.
        images = np.memmap(entry / _PIXELS, np.uint8, "c", shape=contents.shape)
    except (OSError, ValueError, TypeError, IndexError) as error:
        _log.warning("decoded images in %s are damaged, so they are made anew: %s", entry, error)
        shutil.rmtree(entry, ignore_errors=True)
        return None
    return Decoded(images, contents.digest, contents.left_out)


def _build(entry: Path, chunks: Iterable[Pixels | LeftOut]) -> None:
    """Write an entry beside its place, then rename it. If another was first, theirs stays."""
    with scratch_folder(entry.parent, _BUILDING) as scratch:
        building = scratch / entry.name
        building.mkdir()
        with synced(building / _PIXELS) as file:
            contents = _write(file, chunks)
        with synced(building / _CONTENTS) as file:
            file.write(contents.json())
        sync_folder(building)
        try:
            building.rename(entry)
        except OSError:
            if not entry.exists():
                raise
    sync_folder(entry.parent)


def _in_memory(chunks: Iterable[Pixels | LeftOut]) -> Decoded:
    buffer = io.BytesIO()
    contents = _write(buffer, chunks)
    images = np.frombuffer(buffer.getbuffer(), np.uint8).reshape(contents.shape)
    return Decoded(images, contents.digest, contents.left_out)


def _write(file: BinaryIO, chunks: Iterable[Pixels | LeftOut]) -> _Contents:
    """The pixels one after the other.

    Not through a memory map: on a full disk that ends the process with SIGBUS,
    where a write raises OSError.
    """
    digest, left_out = hashlib.sha256(), list[LeftOut]()
    count, shape = 0, tuple[int, ...]()
    for chunk in chunks:
        if isinstance(chunk, LeftOut):
            left_out.append(chunk)
            continue
        file.write(chunk.data)
        digest.update(chunk.data)
        count, shape = count + len(chunk), chunk.shape[1:]
    return _Contents((count, *shape), digest.hexdigest(), tuple(left_out))
