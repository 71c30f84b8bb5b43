"""Rectangles within images, one per image."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Rectangles:
    """Edges in pixels, int64 (b,) each; the last row and column are not part of it."""

    top: Tensor
    left: Tensor
    bottom: Tensor
    right: Tensor

    @property
    def area(self) -> Tensor:
        """Pixels, int64 (b,)."""
        return (self.bottom - self.top) * (self.right - self.left)

    def mask(self, images: Tensor) -> Tensor:
        """Which pixels of `images` (b, c, h, w) lie inside: bool (b, 1, h, w) on their device."""
        height, width = images.shape[-2:]
        rows = _between(self.top, self.bottom, height)
        columns = _between(self.left, self.right, width)
        rows, columns = rows.to(images.device), columns.to(images.device)
        return rows[:, None, :, None] & columns[:, None, None, :]


def _between(first: Tensor, end: Tensor, length: int) -> Tensor:
    """bool (b, length)."""
    place = torch.arange(length, device=first.device)
    return (place >= first[:, None]) & (place < end[:, None])
