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
"""Images as bytes, (n, height, width, channels) or (n, channels, height, width)."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""


def no_progress(what: str, done: int, total: int) -> None:
    """For callers that do not watch."""


@dataclass(frozen=True)
class ImageSet:
    """One set of images in memory."""

    images: Tensor
    """uint8 (n, channels, height, width); may be memory-mapped."""
    labels: Tensor
    """int64 (n,): places in the list of classes."""

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, rows: Tensor) -> ImageSet:
        """The images at `rows`, int64 (m,), copied into memory."""
        return ImageSet(self.images[rows], self.labels[rows])


@dataclass(frozen=True)
class Source:
    """A data set as it lies on disk, before the validation part is taken out."""

    train: ImageSet
    test: ImageSet
    classes: tuple[str, ...]
    digest: str
    """sha256 hex over the pixels of both sets."""
