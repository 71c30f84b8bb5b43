"""Some samples of an epoch on their way through the augmentations."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Samples:
    """Images and what they show, both on the device."""

    images: Tensor
    """uint8 (b, channels, height, width)."""
    targets: Tensor
    """int64 (b,), labels; or float32 (b, classes), each class's share, where images are mixed."""

    def part(self, rows: Tensor) -> Samples:
        """Some of the samples, by int64 (m,) on their device."""
        return Samples(self.images.index_select(0, rows), self.targets.index_select(0, rows))

    def replaced(self, rows: Tensor, by: Samples) -> Samples:
        """These samples with others at `rows`."""
        return Samples(
            self.images.index_copy(0, rows, by.images),
            self.targets.index_copy(0, rows, by.targets),
        )
