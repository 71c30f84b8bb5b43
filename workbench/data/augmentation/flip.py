"""Random horizontal flip."""

from __future__ import annotations

import torch
from torch import Tensor

from workbench.config.augment import HorizontalFlipProfile
from workbench.data.draws import Draws


def draw_flip(profile: HorizontalFlipProfile, draws: Draws) -> Tensor:
    """Which images are mirrored, bool (b,)."""
    return draws.uniform() < profile.p


def flip(images: Tensor, mirrored: Tensor) -> Tensor:
    """Mirror the chosen images left to right; (b, c, h, w) to the same shape."""
    chosen = mirrored.to(images.device).view(-1, 1, 1, 1)
    return torch.where(chosen, images.flip(-1), images)
