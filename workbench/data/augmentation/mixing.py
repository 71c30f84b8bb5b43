"""CutMix and mixup: an image and another one of its epoch become one, and so do their labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import torch
from scipy.special import betaincinv
from torch import Tensor

from workbench.config.augment import CutMixProfile, MixingSection, MixUpProfile
from workbench.data.augmentation.rectangle import Rectangles
from workbench.data.augmentation.samples import Samples
from workbench.data.draws import Draws

_CHOSEN, _PARTNER, _SHARE, _ROW, _COLUMN = range(5)


@dataclass(frozen=True)
class Partners:
    """Which samples of a batch are mixed, and with which of the epoch."""

    rows: Tensor
    """int64 (m,): places in the batch."""
    index: Tensor
    """int64 (m,): the sample of the epoch that each is mixed with."""
    draws: Draws
    """The random numbers of the samples at `rows`, for what else there is to draw."""


def draw_partners(profile: MixingSection, draws: Draws, count: int) -> Partners:
    """Every one of the epoch's `count` samples is equally likely, the sample itself too."""
    rows = (draws.uniform(_CHOSEN) < profile.p).nonzero().view(-1)
    draws = replace(draws, index=draws.index[rows])
    return Partners(rows, draws.integers(count, _PARTNER), draws)


def draw_share(profile: MixingSection, draws: Draws) -> Tensor:
    """The first image's share, float64 (b,), from Beta(alpha, alpha) by its inverse."""
    uniform = (draws.bits(_SHARE).to(torch.float64) + 0.5) / 2**32
    share = betaincinv(profile.alpha, profile.alpha, uniform.cpu().numpy())
    return torch.from_numpy(share).to(uniform.device)


def draw_cut(profile: CutMixProfile, draws: Draws, height: int, width: int) -> Rectangles:
    """A rectangle of the image's form and the second image's share of its area.

    Its centre may be any pixel; what lies beyond the border is cut off.
    """
    half = 0.5 * (1 - draw_share(profile, draws)).sqrt()
    half_height, half_width = (half * height).to(torch.int64), (half * width).to(torch.int64)
    row, column = draws.integers(height, _ROW), draws.integers(width, _COLUMN)
    return Rectangles(
        top=(row - half_height).clamp(min=0),
        left=(column - half_width).clamp(min=0),
        bottom=(row + half_height).clamp(max=height),
        right=(column + half_width).clamp(max=width),
    )


def mix(first: Samples, second: Samples, profile: MixingSection, draws: Draws) -> Samples:
    """Mix pairs; `draws` are the first ones'. Targets are shares of classes."""
    return _MIXINGS[type(profile)](first, second, profile, draws)


def cutmix(first: Samples, second: Samples, cut: Rectangles) -> Samples:
    """The second images within the rectangles, the first ones around; labels by true area."""
    height, width = first.images.shape[2:]
    images = torch.where(cut.mask(first.images), second.images, first.images)
    share = 1 - cut.area.to(torch.float64) / (height * width)
    return Samples(images, _weighted(first.targets, second.targets, share))


def mixup(first: Samples, second: Samples, share: Tensor) -> Samples:
    """The mean of both with weights `share` and 1 - share, (b,), rounded to whole pixel values."""
    images = _weighted(first.images.to(torch.float32), second.images.to(torch.float32), share)
    targets = _weighted(first.targets, second.targets, share)
    return Samples(images.round_().to(torch.uint8), targets)


def _weighted(first: Tensor, second: Tensor, share: Tensor) -> Tensor:
    weight = share.to(first.device, first.dtype).view(-1, *[1] * (first.dim() - 1))
    return (first - second).mul_(weight).add_(second)


def _cutmix(first: Samples, second: Samples, profile: CutMixProfile, draws: Draws) -> Samples:
    height, width = first.images.shape[2:]
    return cutmix(first, second, draw_cut(profile, draws, height, width))


def _mixup(first: Samples, second: Samples, profile: MixUpProfile, draws: Draws) -> Samples:
    return mixup(first, second, draw_share(profile, draws))


_MIXINGS: dict[type[MixingSection], Callable[[Samples, Samples, Any, Draws], Samples]] = {
    CutMixProfile: _cutmix,
    MixUpProfile: _mixup,
}
