"""A profile's augmentations, applied to samples in the order written.

To add one: a profile class in `workbench.config.augment`, a module with a
function that draws a batch's parameters from `Draws` and one that applies
them, and a line in `_AUGMENTATIONS`. One that mixes samples with others gets
its line in `workbench.data.augmentation.mixing`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from workbench.config.augment import (
    AffineProfile,
    AugmentationProfile,
    ColorJitterProfile,
    GaussianBlurProfile,
    GrayscaleProfile,
    HorizontalFlipProfile,
    MixingSection,
    RandomCropProfile,
    RandomErasingProfile,
)
from workbench.data.augmentation.affine import affine, draw_affine
from workbench.data.augmentation.blur import blur, draw_blur
from workbench.data.augmentation.color_jitter import color_jitter, draw_color_jitter
from workbench.data.augmentation.crop import crop, draw_crop
from workbench.data.augmentation.erasing import draw_erasing, erase
from workbench.data.augmentation.flip import draw_flip, flip
from workbench.data.augmentation.grayscale import draw_grayscale, grayscale
from workbench.data.augmentation.mixing import draw_partners, mix
from workbench.data.augmentation.samples import Samples
from workbench.data.draws import Draws, Operation

Augmentations = Sequence[AugmentationProfile]


@dataclass(frozen=True)
class Epoch:
    """Where the samples of an epoch come from."""

    read: Callable[[Tensor], Samples]
    """The samples as they are stored, by int64 (b,) from 0 to count - 1."""
    count: int
    seed: int
    number: int


def augment(epoch: Epoch, augmentations: Augmentations, index: Tensor) -> Samples:
    """Read some samples and apply every augmentation to them.

    A sample's result is a function of the stored samples, seed, epoch and its
    own place in `index`, int64 (b,), whatever else is asked for with it. One
    that is mixed meets its partner as the augmentations before have left it.

    Raises:
        DataError: an augmentation that images of this size cannot take.
    """
    if not augmentations:
        return epoch.read(index)
    *before, last = augmentations
    samples = augment(epoch, before, index)
    draws = Draws(epoch.seed, epoch.number, Operation.AUGMENTATION + len(before), index)
    if isinstance(last, MixingSection):
        return _mixed(samples, last, draws, epoch, before)
    return Samples(_AUGMENTATIONS[type(last)](samples.images, last, draws), samples.targets)


def mixes(augmentations: Augmentations) -> bool:
    """Whether targets must be shares of classes."""
    return any(isinstance(profile, MixingSection) for profile in augmentations)


def check_augmentations(augmentations: Augmentations, image: Tensor) -> None:
    """Try every augmentation on one image, uint8 (1, c, h, w).

    Raises:
        DataError: an augmentation that images of this size cannot take.
    """
    samples = Samples(image, torch.ones(1, 1))
    augment(Epoch(samples.part, 1, seed=0, number=0), augmentations, torch.zeros(1).long())


def _mixed(
    samples: Samples, profile: MixingSection, draws: Draws, epoch: Epoch, before: Augmentations
) -> Samples:
    partners = draw_partners(profile, draws, epoch.count)
    if not len(partners.rows):
        return samples
    rows = partners.rows.to(samples.images.device, non_blocking=True)
    second = augment(epoch, before, partners.index)
    return samples.replaced(rows, mix(samples.part(rows), second, profile, partners.draws))


def _random_crop(images: Tensor, profile: RandomCropProfile, draws: Draws) -> Tensor:
    return crop(images, profile, draw_crop(profile, draws))


def _horizontal_flip(images: Tensor, profile: HorizontalFlipProfile, draws: Draws) -> Tensor:
    return flip(images, draw_flip(profile, draws))


def _color_jitter(images: Tensor, profile: ColorJitterProfile, draws: Draws) -> Tensor:
    return color_jitter(images, profile, draw_color_jitter(profile, draws))


def _affine(images: Tensor, profile: AffineProfile, draws: Draws) -> Tensor:
    height, width = images.shape[2:]
    return affine(images, profile, draw_affine(profile, draws, height, width))


def _grayscale(images: Tensor, profile: GrayscaleProfile, draws: Draws) -> Tensor:
    return grayscale(images, draw_grayscale(profile, draws))


def _gaussian_blur(images: Tensor, profile: GaussianBlurProfile, draws: Draws) -> Tensor:
    return blur(images, profile, draw_blur(profile, draws))


def _random_erasing(images: Tensor, profile: RandomErasingProfile, draws: Draws) -> Tensor:
    height, width = images.shape[2:]
    return erase(images, profile, draw_erasing(profile, draws, height, width))


_AUGMENTATIONS: dict[type[AugmentationProfile], Callable[[Tensor, Any, Draws], Tensor]] = {
    RandomCropProfile: _random_crop,
    HorizontalFlipProfile: _horizontal_flip,
    ColorJitterProfile: _color_jitter,
    AffineProfile: _affine,
    GrayscaleProfile: _grayscale,
    GaussianBlurProfile: _gaussian_blur,
    RandomErasingProfile: _random_erasing,
}
