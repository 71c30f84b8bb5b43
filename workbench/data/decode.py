"""Image files to bytes of one size, and a report of those that cannot be read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from workbench.data.source import Pixels, Progress
from workbench.errors import DataError

_CHUNK = 128
_GROUP = 16  # files a thread takes at a time: one by one, small images cost twice as much
_THREADS = min(4, os.cpu_count() or 1)
_LISTED = 10


@dataclass(frozen=True)
class _Unreadable:
    path: Path
    reason: str


def resized(image: Pixels, size: int) -> Pixels:
    """Scale (height, width) or (height, width, 3) to a square of `size`, bilinear; 0 is as is."""
    if size == 0 or image.shape[:2] == (size, size):
        return image
    scaled = Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR)
    return np.asarray(scaled)


def decode(paths: Sequence[Path], size: int, what: str, progress: Progress) -> Iterator[Pixels]:
    """RGB images in the order of `paths`, in chunks (n, 3, height, width).

    With `size` 0 all must have the first one's size. Damage does not stop the
    reading, so that one report names every file to look after.

    Raises:
        DataError: after the last file, if any could not be read; at the first
            image whose size differs.
    """
    unreadable: list[_Unreadable] = []
    first: tuple[Path, Pixels] | None = None
    # Pillow lets go of the GIL while it decodes.
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="decode") as pool:
        for start in range(0, len(paths), _CHUNK):
            # Chunk by chunk: an interrupt waits for one, not for the whole set.
            results = _read_all(pool, paths[start : start + _CHUNK], size)
            unreadable += [result for result in results if isinstance(result, _Unreadable)]
            images = [result for result in results if not isinstance(result, _Unreadable)]
            progress(what, start + len(results), len(paths))
            if unreadable:
                continue
            first = first or (paths[0], images[0])
            _check_sizes(first, paths[start:], images)
            yield np.ascontiguousarray(np.stack(images).transpose(0, 3, 1, 2))
    if unreadable:
        raise _unreadable_error(unreadable, len(paths))


def _read_all(
    pool: ThreadPoolExecutor, paths: Sequence[Path], size: int
) -> list[Pixels | _Unreadable]:
    groups = [paths[start : start + _GROUP] for start in range(0, len(paths), _GROUP)]
    read = pool.map(lambda group: [_read(path, size) for path in group], groups)
    return [result for group in read for result in group]


def _read(path: Path, size: int) -> Pixels | _Unreadable:
    try:
        with Image.open(path) as image:
            _check_pixels(image)
            return resized(np.asarray(image.convert("RGB")), size)
    except Exception as error:  # noqa: BLE001 - Pillow's many formats raise as many kinds; each is reported
        return _Unreadable(path, str(error) or type(error).__name__)


def _check_pixels(image: Image.Image) -> None:
    """Pillow only warns of an image up to twice its limit against decompression bombs."""
    pixels = image.width * image.height
    if Image.MAX_IMAGE_PIXELS and pixels > Image.MAX_IMAGE_PIXELS:
        raise Image.DecompressionBombError(
            f"{pixels} pixels, more than the {Image.MAX_IMAGE_PIXELS} that are safe to decode"
        )


def _check_sizes(first: tuple[Path, Pixels], paths: Sequence[Path], images: list[Pixels]) -> None:
    expected = first[1].shape
    for path, image in zip(paths, images, strict=False):
        if image.shape != expected:
            raise DataError(
                f"{path} is {_size(image)} pixels, {first[0]} is {_size(first[1])}",
                path=path,
                hint="set data.image_size to scale all images to one size",
            )


def _size(image: Pixels) -> str:
    return f"{image.shape[1]}x{image.shape[0]}"


def _unreadable_error(unreadable: list[_Unreadable], total: int) -> DataError:
    listed = [f"{file.path} ({file.reason})" for file in unreadable[:_LISTED]]
    if len(unreadable) > _LISTED:
        listed.append(f"and {len(unreadable) - _LISTED} more")
    return DataError(
        f"{len(unreadable)} of {total} images cannot be read: " + "; ".join(listed),
        path=unreadable[0].path,
        hint="replace these files or remove them",
    )
