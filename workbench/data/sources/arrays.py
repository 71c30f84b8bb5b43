"""Sets whose images lie in an array: the first of each class, scaled to one size."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from workbench.config.data import DataSection
from workbench.data.cache import decoded
from workbench.data.source import ImageSet, Pixels, Progress, Source
from workbench.data.sources.resize import resized

_CACHE_FORMAT = 1
"""To be raised when the same images would be scaled to other bytes."""
_CHUNK_BYTES = 1 << 24


def array_source(
    train: ImageSet,
    test: ImageSet | None,
    classes: tuple[str, ...],
    profile: DataSection,
    progress: Progress,
) -> Source:
    """What the profile wants of two sets: images per class, and size.

    Scaled images come from the cache of decoded images; others stay where they are.
    """
    digests = []
    train, digest = _prepared(train, profile.train_per_class, profile, progress)
    digests.append(digest)
    if test is not None:
        test, digest = _prepared(test, profile.test_per_class, profile, progress)
        digests.append(digest)
    both = hashlib.sha256(" ".join(digests).encode()).hexdigest()
    return Source(train=train, test=test, classes=classes, digest=both)


def first_of_each_class(labels: Tensor, limit: int) -> Tensor:
    """Places in file order, at most `limit` of each class; 0 is all."""
    if limit == 0:
        return torch.arange(len(labels))
    order = labels.argsort(stable=True)
    ordered = labels[order]
    # In a sorted list, a label's first place is where it would be inserted.
    number_in_class = torch.arange(len(labels)) - torch.searchsorted(ordered, ordered)
    return order[number_in_class < limit].sort().values


def resized_channels(image: Pixels, profile: DataSection) -> Pixels:
    """(channels, height, width) as a square of `data.image_size`, each channel by itself.

    Together Pillow would take two or four channels for colour and transparency.
    """
    return np.stack([resized(channel, profile.image_size, profile.resize) for channel in image])


def _prepared(
    images: ImageSet, limit: int, profile: DataSection, progress: Progress
) -> tuple[ImageSet, str]:
    """The set as the profile wants it, and the sha256 hex over its pixels."""
    images = images.part(first_of_each_class(images.labels, limit))
    digest = _pixel_digest(images)
    size = profile.image_size
    if size == 0 or images.shape[1:] == (size, size):
        return images, digest
    key = f"scaled {_CACHE_FORMAT} {digest} {images.shape} {size} {profile.resize}"
    scaled = decoded(
        hashlib.sha256(key.encode()).hexdigest(),
        len(images),
        lambda: _scaled(images, profile, progress),
    )
    stored = torch.from_numpy(scaled.images)
    return ImageSet(stored, torch.arange(len(images)), images.labels), scaled.digest


def _pixel_digest(images: ImageSet) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(images):
        digest.update(chunk.data)
    return digest.hexdigest()


def _scaled(images: ImageSet, profile: DataSection, progress: Progress) -> Iterator[Pixels]:
    done = 0
    for chunk in _chunks(images):
        yield np.stack([resized_channels(image, profile) for image in chunk])
        done += len(chunk)
        progress("scaling images", done, len(images))


def _chunks(images: ImageSet) -> Iterator[Pixels]:
    """Copies of a few megabytes: the whole set may be larger than memory."""
    channels, height, width = images.shape
    step = max(1, _CHUNK_BYTES // (channels * height * width))
    for start in range(0, len(images), step):
        yield np.ascontiguousarray(images.part(slice(start, start + step)).images.numpy())
