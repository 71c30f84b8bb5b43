"""A profile's augmentations in torchvision's words."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from workbench.config.augment import (
    AugmentationProfile,
    ColorJitterProfile,
    HorizontalFlipProfile,
    RandomCropProfile,
)
from workbench.data.dataset import Dataset

Transform = Callable[[Any], Any]


def transform(
    augmentation: AugmentationProfile, size: tuple[int, int], library: ModuleType
) -> Transform:
    """One augmentation of images of that height and width.

    `library` is `torchvision.transforms`, or its `v2`, which has the same under the same names.
    """
    match augmentation:
        case RandomCropProfile(padding=padding, padding_mode=mode):
            made = library.RandomCrop(size, padding=padding, padding_mode=mode)
        case HorizontalFlipProfile(p=p):
            made = library.RandomHorizontalFlip(p)
        case ColorJitterProfile(brightness=b, contrast=c, saturation=s, hue=h):
            made = library.ColorJitter(b, c, s, h)
        case _:
            raise NotImplementedError(f"{augmentation.kind} of a peer's")
    return made  # type: ignore[no-any-return]  # torchvision ships no types


def pil_transforms(augmentations: tuple[AugmentationProfile, ...], dataset: Dataset) -> Transform:
    """From a PIL image to a normalised tensor, float32 (channels, height, width)."""
    from torchvision import transforms

    changes = [transform(each, dataset.image_size, transforms) for each in augmentations]
    normalise = transforms.Normalize(dataset.mean, dataset.std)
    return transforms.Compose([*changes, transforms.ToTensor(), normalise])  # type: ignore[no-any-return]


def tensor_transforms(
    augmentations: tuple[AugmentationProfile, ...], dataset: Dataset
) -> Transform:
    """From uint8 (..., channels, height, width) to the same in float32, normalised.

    Whatever has a batch's shape gets one draw: all its images are cut at the same
    place, and all or none are flipped.
    """
    import torch
    from torchvision.transforms import v2

    changes = [transform(each, dataset.image_size, v2) for each in augmentations]
    to_float = v2.ToDtype(torch.float32, scale=True)
    normalise = v2.Normalize(dataset.mean, dataset.std)
    return v2.Compose([*changes, to_float, normalise])  # type: ignore[no-any-return]
