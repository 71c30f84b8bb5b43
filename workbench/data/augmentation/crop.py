"""Random crop: a window of the image's own size out of the image with a border added."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.config.augment import RandomCropProfile
from workbench.data.draws import Draws
from workbench.errors import DataError


@dataclass(frozen=True)
class CropOffsets:
    """The window's upper left corner within the padded image, int64 (b,) each."""

    top: Tensor
    left: Tensor


def draw_crop(profile: RandomCropProfile, draws: Draws) -> CropOffsets:
    """Every one of the (2 * padding + 1)^2 windows is equally likely."""
    positions = 2 * profile.padding + 1
    return CropOffsets(top=draws.integers(positions, 0), left=draws.integers(positions, 1))


def crop(images: Tensor, profile: RandomCropProfile, offsets: CropOffsets) -> Tensor:
    """Cut each image's window; uint8 (b, c, h, w) to the same shape.

    The border is never built: each pixel of the window is looked up where it
    comes from in the image.

    Raises:
        DataError: a reflected border as wide as the image, or wider.
    """
    batch, channels, height, width = images.shape
    _check_reflection(profile, min(height, width))
    offsets = CropOffsets(offsets.top.to(images.device), offsets.left.to(images.device))
    rows = _window(offsets.top - profile.padding, height)[:, :, None]
    columns = _window(offsets.left - profile.padding, width)[:, None, :]
    source = _reflect(rows, height) * width + _reflect(columns, width)
    source = source.view(batch, 1, height * width).expand(-1, channels, -1)
    window = images.reshape(batch, channels, -1).gather(2, source).view(images.shape)
    if profile.padding_mode == "reflect":
        return window
    inside = _inside(rows, height) & _inside(columns, width)
    return window * inside[:, None]


def _window(start: Tensor, length: int) -> Tensor:
    """`length` coordinates from each start on, (b, length)."""
    return start[:, None] + torch.arange(length, device=start.device)


def _inside(coordinates: Tensor, length: int) -> Tensor:
    return (coordinates >= 0) & (coordinates < length)


def _reflect(coordinates: Tensor, length: int) -> Tensor:
    """Mirror coordinates at the first and the last pixel, which are not repeated.

    One reflection is enough for a border below `length`. Wider ones occur only
    with a black border, whose pixels are masked: there any valid place will do.
    """
    last = length - 1
    return (last - (last - coordinates.abs()).abs()).clamp(0, last)


def _check_reflection(profile: RandomCropProfile, side: int) -> None:
    if profile.padding_mode == "reflect" and profile.padding >= side:
        raise DataError(
            f"random_crop: {profile.padding} pixels cannot be reflected"
            f" from an image with a side of {side}",
            hint=f'set padding to at most {side - 1}, or padding_mode = "constant"',
        )
