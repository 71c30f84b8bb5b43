"""Images that come one after the other, kept on disk while they are used."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable

import numpy as np

from workbench.data.cache import cache_folder
from workbench.data.source import Pixels
from workbench.errors import DataError


def spooled(count: int, chunks: Iterable[Pixels]) -> Pixels:
    """The `count` > 0 images of all chunks, (n, channels, height, width), memory-mapped.

    They lie in a file of the cache that has no name, and is gone with the
    array or the process: memory need not hold them, and nothing is left behind.

    Raises:
        DataError: the disk is full or cannot be written.
    """
    shape: tuple[int, ...] = ()
    folder = cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            for chunk in chunks:
                # Not through the map: on a full disk that ends the process with SIGBUS.
                file.write(chunk.data)
                shape = (count, *chunk.shape[1:])
            file.flush()
            return np.memmap(file, np.uint8, "c", shape=shape)
    except OSError as error:
        raise DataError(
            f"images cannot be kept in {folder}: {error.strerror or error}",
            path=folder,
            hint="free space there, or name another folder in WORKBENCH_CACHE",
        ) from error
