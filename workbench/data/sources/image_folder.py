"""A folder of image files as a source."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from workbench.config.data import ImageFolderProfile
from workbench.config.wording import printable
from workbench.data.cache import Decoded, decoded
from workbench.data.source import ImageSet, LeftOut, Pixels, Progress, Source
from workbench.data.sources.decode import Rendering, decode
from workbench.data.sources.folders import ImageFile, list_images
from workbench.data.sources.unreadable import listed, unreadable
from workbench.errors import DataError

_CACHE_FORMAT = 3
"""To be raised when the same files would give other bytes."""

_log = logging.getLogger(__name__)


def load_image_folder(profile: ImageFolderProfile, progress: Progress) -> Source:
    """Read all images, from the cache where it has them.

    Both sets are decoded as one: so all images have one size, and one report
    names all files that cannot be read.

    Raises:
        DataError: something is missing or unreadable, or the classes of the
            sets differ.
    """
    listing = list_images(profile.root, profile.train_per_class, profile.test_per_class)
    files = [*listing.train, *listing.test]
    images = _decoded(files, profile, progress)
    _report(images.left_out, files)
    left_out = {file.place for file in images.left_out}
    kept = [file for place, file in enumerate(files) if place not in left_out]
    in_train = len(listing.train) - sum(place < len(listing.train) for place in left_out)
    stored = torch.from_numpy(images.images)
    return Source(
        train=_image_set(stored, kept, range(in_train)),
        test=_image_set(stored, kept, range(in_train, len(kept))) if listing.test else None,
        classes=listing.classes,
        digest=images.digest,
    )


def _decoded(
    files: Sequence[ImageFile], profile: ImageFolderProfile, progress: Progress
) -> Decoded:
    rendering = Rendering(profile.image_size, profile.resize, profile.channels)
    paths = [file.path for file in files]

    def start() -> Iterable[Pixels | LeftOut]:
        chunks = decode(paths, rendering, progress)
        return chunks if profile.on_error == "skip" else _all_or_none(chunks, paths)

    return decoded(_cache_key(files, profile), len(files), start)


def _all_or_none(
    chunks: Iterable[Pixels | LeftOut], paths: Sequence[Path]
) -> Iterator[Pixels | LeftOut]:
    """Go on to the end for the sake of the report, then raise."""
    left_out: list[LeftOut] = []
    for chunk in chunks:
        if isinstance(chunk, LeftOut):
            left_out.append(chunk)
        elif not left_out:
            yield chunk
    if left_out:
        raise unreadable(left_out, paths)


def _cache_key(files: Sequence[ImageFile], profile: ImageFolderProfile) -> str:
    """sha256 hex over everything that the decoded bytes depend on."""
    settings = (profile.image_size, profile.resize, profile.channels, profile.on_error)
    key = hashlib.sha256(repr((_CACHE_FORMAT, settings)).encode())
    prefix = len(os.fspath(profile.root))
    for file in files:
        relative = os.fspath(file.path)[prefix:]
        key.update(f"\0{relative}\0{file.identity}".encode(errors="surrogateescape"))
    return key.hexdigest()


def _report(left_out: Sequence[LeftOut], files: Sequence[ImageFile]) -> None:
    """Warn of what is missing, also where it is the cache that remembers."""
    if not left_out:
        return
    paths = [file.path for file in files]
    missing = {paths[file.place]: file.reason for file in left_out}
    emptied = {path.parent for path in missing} - {p.parent for p in paths if p not in missing}
    if emptied:
        folder = min(emptied)
        path, reason = next(item for item in missing.items() if item[0].parent == folder)
        raise DataError(
            f"no image in {printable(str(folder))} can be read:"
            f" {printable(path.name)} ({reason}) is the first",
            path=folder,
            hint="put images there or remove the folder",
        )
    _log.warning("left out: %s", listed(left_out, paths))


def _image_set(stored: Tensor, kept: Sequence[ImageFile], rows: range) -> ImageSet:
    labels = torch.tensor([kept[row].label for row in rows])
    return ImageSet(stored, torch.arange(rows.start, rows.stop), labels)
