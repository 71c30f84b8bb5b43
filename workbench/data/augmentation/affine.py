"""Random affine: rotation, shift, zoom and shear in one resampling.

The arithmetic is that of Pillow's Image.transform (Geometry.c), which
torchvision's RandomAffine of PIL images goes through.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.config.augment import AffineProfile
from workbench.data.draws import Draws

_FRACTIONS = {"nearest": 2**16, "bilinear": 2**32}
"""Steps per pixel in which places are counted. For nearest they are Pillow's. All sums of
steps are exact in double, whatever the order: CPU and GPU give equal places."""

_CACHED_PIXELS = 1 << 16
"""So many at a time on a CPU: what is computed for them stays in its cache."""


@dataclass(frozen=True)
class AffineParameters:
    """What happens to each image, float32 (b,) each."""

    angle: Tensor
    """Degrees, clockwise, about the image's centre."""
    right: Tensor
    """Shift in whole pixels; to the left where it is negative."""
    down: Tensor
    scale: Tensor
    """Above 1 the image grows."""
    shear: Tensor
    """Degrees, along x."""


def draw_affine(profile: AffineProfile, draws: Draws, height: int, width: int) -> AffineParameters:
    """Everything is uniform in its interval; shifts are rounded to whole pixels."""
    right, down = profile.translate[0] * width, profile.translate[1] * height
    low, high = profile.scale
    return AffineParameters(
        angle=draws.uniform(0, low=-profile.degrees, high=profile.degrees),
        right=draws.uniform(1, low=-right, high=right).round(),
        down=draws.uniform(2, low=-down, high=down).round(),
        scale=draws.uniform(3, low=low, high=high),
        shear=draws.uniform(4, low=-profile.shear, high=profile.shear),
    )


def affine(images: Tensor, profile: AffineProfile, drawn: AffineParameters) -> Tensor:
    """Resample each image by its own matrix; uint8 (b, c, h, w) to the same shape."""
    height, width = images.shape[2:]
    fractions = _FRACTIONS[profile.interpolation]
    matrix = (_source_matrix(drawn, height, width) * fractions + 0.5).floor() / fractions
    size = len(images) if images.is_cuda else max(1, _CACHED_PIXELS // (height * width))
    parts = zip(torch.split(images, size), torch.split(matrix.to(images.device), size), strict=True)
    return torch.cat([_resample(part, profile, matrix) for part, matrix in parts])


def _resample(images: Tensor, profile: AffineProfile, matrix: Tensor) -> Tensor:
    height, width = images.shape[2:]
    x, y = _places(matrix, height, width)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    sample = _nearest if profile.interpolation == "nearest" else _bilinear
    return sample(images, x, y).masked_fill_(~inside[:, None], profile.fill)


def _source_matrix(drawn: AffineParameters, height: int, width: int) -> Tensor:
    """From a pixel of the result to the place in the image that it shows: float64 (b, 2, 3).

    The inverse of: move the centre to the origin, zoom, shear, turn, move back
    and shift. Pixels count from 0, places from the image's edge.
    """
    angle, shear = (degrees.to(torch.float64).deg2rad() for degrees in (drawn.angle, drawn.shear))
    cos, sin, lean = angle.cos(), angle.sin(), shear.tan()
    linear = torch.stack([cos - sin * lean, sin + cos * lean, -sin, cos], 1).view(-1, 2, 2)
    linear = linear / drawn.scale.to(torch.float64)[:, None, None]
    centre = torch.tensor([width / 2, height / 2], dtype=torch.float64, device=linear.device)
    shifted = centre + torch.stack([drawn.right, drawn.down], 1) - 0.5
    offset = centre - (linear * shifted[:, None, :]).sum(2)
    return torch.cat([linear, offset[:, :, None]], 2)


def _places(matrix: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
    """x and y of every pixel's place, float64 (b, h, w) each."""
    columns = torch.arange(width, dtype=torch.float64, device=matrix.device)
    rows = torch.arange(height, dtype=torch.float64, device=matrix.device)[:, None]
    by_column, by_row, offset = matrix[:, :, :, None, None].unbind(2)
    x, y = (by_row * rows + offset + by_column * columns).unbind(1)
    return x, y


def _nearest(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """The pixel on which each place lies."""
    height, width = images.shape[2:]
    return _look_up(images, _clamped(y, height).mul_(width).add_(_clamped(x, width)))


def _bilinear(images: Tensor, x: Tensor, y: Tensor) -> Tensor:
    """Between the centres of four pixels; beyond the outermost centres nothing changes.

    Cut to whole numbers, as in Pillow.
    """
    height, width = images.shape[2:]
    x, y = x - 0.5, y - 0.5
    column, row = x.floor(), y.floor()
    across = (x - column).to(torch.float32)[:, None]
    down = (y - row).to(torch.float32)[:, None]
    left, right = _clamped(column, width), _clamped(column + 1, width)
    above, below = _clamped(row, height).mul_(width), _clamped(row + 1, height).mul_(width)
    values = images.to(torch.float32)
    upper = _blend(_look_up(values, above + left), _look_up(values, above + right), across)
    lower = _blend(_look_up(values, below + left), _look_up(values, below + right), across)
    return _blend(upper, lower, down).to(torch.uint8)


def _clamped(place: Tensor, length: int) -> Tensor:
    """Whole coordinates, those outside of the image taken to its border."""
    return place.to(torch.int64).clamp_(0, length - 1)


def _blend(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    return second.sub_(first).mul_(share).add_(first)


def _look_up(images: Tensor, source: Tensor) -> Tensor:
    """The pixels at int64 (b, h, w), counted along the rows of each image."""
    batch, channels = images.shape[:2]
    source = source.view(batch, 1, -1).expand(-1, channels, -1)
    return images.reshape(batch, channels, -1).gather(2, source).view(images.shape)
