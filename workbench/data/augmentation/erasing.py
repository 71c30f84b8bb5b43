"""Random erasing: a rectangle of the image is painted over."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from workbench.config.augment import RandomErasingProfile
from workbench.data.augmentation.rectangle import Rectangles
from workbench.data.draws import Draws

_TRIES = 10


def draw_erasing(
    profile: RandomErasingProfile, draws: Draws, height: int, width: int
) -> Rectangles:
    """The first of ten candidates that is smaller than the image, as in torchvision.

    Its area is uniform in `scale`, its ratio on a logarithmic scale, its place
    everywhere that it fits. It is empty where the image stays as it is: not
    chosen, or no candidate is small enough.
    """
    heights, widths = _candidates(profile, draws, height * width)
    fits = (heights < height) & (widths < width)
    first = fits.to(torch.uint8).argmax(0, keepdim=True)
    erased = fits.any(0) & (draws.uniform(0) < profile.p)
    rows = torch.where(erased, heights.gather(0, first)[0], 0)
    columns = torch.where(erased, widths.gather(0, first)[0], 0)
    top = draws.integers(height - rows + 1, 1)
    left = draws.integers(width - columns + 1, 2)
    return Rectangles(top, left, top + rows, left + columns)


def _candidates(profile: RandomErasingProfile, draws: Draws, area: int) -> tuple[Tensor, Tensor]:
    """Heights and widths in whole pixels, int64 (tries, b) each."""
    low, high = profile.scale
    log_low, log_high = map(math.log, profile.ratio)
    tries = range(3, 3 + _TRIES)
    areas = torch.stack([draws.uniform(k, low=low, high=high) for k in tries])
    ratios = torch.stack([draws.uniform(k + _TRIES, low=log_low, high=log_high) for k in tries])
    areas, ratios = areas.to(torch.float64) * area, ratios.to(torch.float64).exp()
    heights, widths = (areas * ratios).sqrt(), (areas / ratios).sqrt()
    return heights.round().to(torch.int64), widths.round().to(torch.int64)


def erase(images: Tensor, profile: RandomErasingProfile, rectangles: Rectangles) -> Tensor:
    """Paint each image's rectangle; uint8 (b, c, h, w) to the same shape."""
    return images.masked_fill(rectangles.mask(images), profile.value)
