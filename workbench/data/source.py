"""What every source of images gives, and how it reports its progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:  # so that the cache can be asked for its size without waiting for torch
    from torch import Tensor

Pixels = npt.NDArray[np.uint8]
"""Images as bytes: (n, height, width, channels) or (n, channels, height, width), and a single one
(height, width), (height, width, channels) or (channels, height, width)."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def no_progress(what: str, done: int, total: int) -> None:
    """For callers that do not watch."""


@dataclass(frozen=True)
class LeftOut:
    """An image that could not be read."""

    place: int
    """Its place in the order of all files."""
    reason: str


@dataclass(frozen=True)
class ImageSet:
    """One set of images: some rows of an array that may be memory-mapped.

    A part of a set shares the array, so that a set larger than memory can be split.
    """

    stored: Tensor
    """uint8 (m, channels, height, width)."""
    rows: Tensor
    """int64 (n,): where each image of the set is stored."""
    labels: Tensor
    """int64 (n,): places in the list of classes."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        channels, height, width = self.stored.shape[1:]
        return channels, height, width

    @property
    def images(self) -> Tensor:
        """All images of the set, uint8 (n, channels, height, width), copied into memory."""
        return self.stored[self.rows]

    def part(self, places: Tensor | slice) -> ImageSet:
        """Some images of the set, by their places in it."""
        return ImageSet(self.stored, self.rows[places], self.labels[places])


@dataclass(frozen=True)
class Source:
    """A data set as it lies on disk, before any part is taken out."""

    train: ImageSet
    test: ImageSet | None
    """None where the data has no test set of its own: it is then taken out of `train`."""
    classes: tuple[str, ...]
    digest: str
    """sha256 hex over all pixels."""
