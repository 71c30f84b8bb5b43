"""A profile's augmentations, applied to a batch in the order written.

To add one: a profile class in `workbench.config.augment`, a module with a
function that draws a batch's parameters from `Draws` and one that applies
them, and a line in `_AUGMENTATIONS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from torch import Tensor

from workbench.config.augment import (
    AugmentationProfile,
    ColorJitterProfile,
    HorizontalFlipProfile,
    RandomCropProfile,
)
from workbench.data.color_jitter import color_jitter, draw_color_jitter
from workbench.data.crop import crop, draw_crop
from workbench.data.draws import Draws, Operation
from workbench.data.flip import draw_flip, flip


def augment(
    images: Tensor,
    profiles: Sequence[AugmentationProfile],
    *,
    seed: int,
    epoch: int,
    index: Tensor,
) -> Tensor:
    """Apply every augmentation; uint8 (b, c, h, w) to the same shape.

    An image's result is a function of its pixels, (seed, epoch) and its own
    `index`, int64 (b,), whatever else is in the batch.

    Raises:
        DataError: an augmentation that images of this size cannot take.
    """
    for position, profile in enumerate(profiles):
        draws = Draws(seed, epoch, Operation.AUGMENTATION + position, index)
        images = _AUGMENTATIONS[type(profile)](images, profile, draws)
    return images


def _random_crop(images: Tensor, profile: RandomCropProfile, draws: Draws) -> Tensor:
    return crop(images, profile, draw_crop(profile, draws))


def _horizontal_flip(images: Tensor, profile: HorizontalFlipProfile, draws: Draws) -> Tensor:
    return flip(images, draw_flip(profile, draws))


def _color_jitter(images: Tensor, profile: ColorJitterProfile, draws: Draws) -> Tensor:
    return color_jitter(images, profile, draw_color_jitter(profile, draws))


_AUGMENTATIONS: dict[type[AugmentationProfile], Callable[[Tensor, Any, Draws], Tensor]] = {
    RandomCropProfile: _random_crop,
    HorizontalFlipProfile: _horizontal_flip,
    ColorJitterProfile: _color_jitter,
}
