"""Image files to bytes of one size."""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Literal

import numpy as np
from PIL import Image

from workbench.config.wording import printable
from workbench.data.source import LeftOut, Pixels, Progress
from workbench.data.sources.pixels import seen
from workbench.data.sources.resize import ResizeRule, to_square
from workbench.data.sources.unreadable import is_of_the_machine, not_read, reason, unreadable
from workbench.errors import DataError

_THREADS = min(4, os.cpu_count() or 1)
_GROUP = 16  # files a thread takes at a time: one by one, small images cost twice as much
_CHUNK = 128
_CHUNK_BYTES = 64 * 2**20
_LARGE_PIXELS = 2**24
_one_large_image = Lock()


@dataclass(frozen=True)
class Rendering:
    """What becomes of an image: `size` pixels square (0: as it is), RGB (3) or grey (1)."""

    size: int
    rule: ResizeRule
    channels: Literal[1, 3]


@dataclass(frozen=True)
class _First:
    """The first image that could be read: without a `size` all must be like it."""

    path: Path
    width: int
    height: int


def decode(
    paths: Sequence[Path], rendering: Rendering, progress: Progress
) -> Iterator[Pixels | LeftOut]:
    """Images in the order of `paths`, in chunks (n, channels, height, width).

    Damage does not stop the reading: each file that cannot be read is told in
    its turn, so that one report can name them all.

    Raises:
        DataError: at the first image whose size differs, where they are not
            scaled; where the machine fails, such as for want of memory; after
            the last file, if none could be read.
    """
    # All formats now: threads that load them on demand may miss some. The usual
    # ones first, since Pillow tries them in this order.
    Image.preinit()
    Image.init()
    left_out: list[LeftOut] = []
    first: _First | None = None
    done = 0
    # Pillow lets go of the GIL while it decodes.
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="decode") as pool:
        while done < len(paths):
            # Chunk by chunk: an interrupt waits for one, not for the whole set.
            chunk = paths[done : done + _chunk_length(rendering, first)]
            results = _read_all(pool, chunk, rendering, first)
            damaged = [LeftOut(done + i, r) for i, r in enumerate(results) if isinstance(r, str)]
            images = [result for result in results if not isinstance(result, str)]
            left_out += damaged
            done += len(chunk)
            progress("decoding images", done, len(paths))
            yield from damaged
            if images:
                first = first or _First(chunk[0], images[0].shape[1], images[0].shape[0])
                yield _stacked(images)
    if len(left_out) == len(paths):
        raise unreadable(left_out, paths)


def _chunk_length(rendering: Rendering, first: _First | None) -> int:
    """Files at a time: as many as keep the decoded chunk small."""
    if rendering.size:
        pixels = rendering.size**2
    elif first:
        pixels = first.width * first.height
    else:
        return 1
    return max(_THREADS, min(_CHUNK, _CHUNK_BYTES // (rendering.channels * pixels)))


def _stacked(images: list[Pixels]) -> Pixels:
    """(n, channels, height, width) of images that are (height, width[, 3])."""
    stacked = np.stack(images)
    last = stacked if stacked.ndim == 4 else stacked[..., None]
    return np.ascontiguousarray(last.transpose(0, 3, 1, 2))


def _read_all(
    pool: ThreadPoolExecutor, paths: Sequence[Path], rendering: Rendering, first: _First | None
) -> list[Pixels | str]:
    """Each file's image, or the reason why there is none."""
    groups = [paths[start : start + _GROUP] for start in range(0, len(paths), _GROUP)]
    # The filters are the process's, not a thread's: set while all of them read.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's word on metadata that nobody looks at
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        read = pool.map(lambda group: [_read(path, rendering, first) for path in group], groups)
        return [result for group in read for result in group]


def _read(path: Path, rendering: Rendering, first: _First | None) -> Pixels | str:
    try:
        return _decoded(path, rendering, first)
    except DataError:
        raise
    except Exception as error:  # Pillow's many formats raise as many kinds; each is reported
        if is_of_the_machine(error):
            raise not_read(path, error) from error
        return reason(error)


def _decoded(path: Path, rendering: Rendering, first: _First | None) -> Pixels:
    _check_file(path)
    with Image.open(path) as image:
        if image.format == "EPS":
            raise ValueError("a PostScript file, which is a program and not an image")
        if first and not rendering.size and set(image.size) != {first.width, first.height}:
            raise _other_size(path, image, first)  # before a large one is decoded in vain
        # All threads may hold small images, only one may hold a large one.
        with _one_large_image if image.width * image.height > _LARGE_PIXELS else nullcontext():
            decoded = seen(image, rendering.channels)
            if rendering.size and decoded.size != (rendering.size, rendering.size):
                decoded = to_square(decoded, rendering.size, rendering.rule)
    if first and not rendering.size and decoded.size != (first.width, first.height):
        raise _other_size(path, decoded, first)
    return np.asarray(decoded)


def _check_file(path: Path) -> None:
    """Whoever opens a pipe waits for its writer."""
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("not a regular file")
    if status.st_size == 0:
        raise ValueError("an empty file")


def _other_size(path: Path, image: Image.Image, first: _First) -> DataError:
    return DataError(
        f"{printable(str(path))} is {image.width}x{image.height} pixels,"
        f" {printable(str(first.path))} is {first.width}x{first.height}",
        path=path,
        hint="set data.image_size to scale all images to one size",
    )
