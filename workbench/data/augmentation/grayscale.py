"""Random grayscale, and the luminance that it and the colour jitter go by."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.config.augment import GrayscaleProfile
from workbench.data.draws import Draws


def draw_grayscale(profile: GrayscaleProfile, draws: Draws) -> Tensor:
    """Which images lose their colours, bool (b,)."""
    return draws.uniform() < profile.p


def grayscale(images: Tensor, chosen: Tensor) -> Tensor:
    """Give all channels of the chosen images their luminance; uint8 (b, c, h, w) to the same.

    Images that are not RGB have no colours to lose and stay as they are.
    """
    if images.shape[1] != 3:
        return images
    chosen = chosen.to(images.device).view(-1, 1, 1, 1)
    grey = luminance(images.to(torch.float32)).to(torch.uint8)
    return torch.where(chosen, grey, images)


def luminance(images: Tensor) -> Tensor:
    """Pillow's "L" (ITU-R 601-2) of RGB, else the mean of the channels, rounded.

    Whole float32 (b, c, h, w) to (b, 1, h, w). The weighted sum stays below
    2^24, so float32 is exact.
    """
    channels = images.shape[1]
    if channels == 1:
        return images
    if channels != 3:
        return images.sum(1, keepdim=True).div_(channels).add_(0.5).floor_()
    red, green, blue = images.unbind(1)
    weighted = red * 19595 + green * 38470 + blue * 7471 + 0x8000
    return weighted.mul_(2**-16).floor_().unsqueeze(1)
