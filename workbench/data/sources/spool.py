"""Images that come one after the other, kept on disk while they are used."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable

import numpy as np

from workbench.data.cache import cache_folder
from workbench.data.source import Pixels

_log = logging.getLogger(__name__)


def spooled(count: int, read: Callable[[], Iterable[Pixels]]) -> Pixels:
    """The `count` > 0 images of all chunks, (n, channels, height, width), memory-mapped.

    They lie in a file of the cache that has no name, and is gone with the
    array or the process: memory need not hold them, and nothing is left behind.
    A cache that cannot be written costs a warning; they are then read anew,
    and held in memory. What `read` raises goes through.
    """
    try:
        return _on_disk(count, read())
    except OSError as error:
        _log.warning("images cannot be kept in %s: %s", cache_folder(), error)
        return _in_memory(count, read())


def _on_disk(count: int, chunks: Iterable[Pixels]) -> Pixels:
    shape: tuple[int, ...] = ()
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        for chunk in chunks:
            # Not through the map: on a full disk that ends the process with SIGBUS.
            file.write(chunk.data)
            shape = (count, *chunk.shape[1:])
        file.flush()
        return np.memmap(file, np.uint8, "c", shape=shape)


def _in_memory(count: int, chunks: Iterable[Pixels]) -> Pixels:
    images, done = np.empty(0, np.uint8), 0
    for chunk in chunks:
        if not done:
            images = np.empty((count, *chunk.shape[1:]), np.uint8)
        images[done : done + len(chunk)] = chunk
        done += len(chunk)
    return images
