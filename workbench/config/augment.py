"""Augmentations of training images, applied in the order written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workbench.config.section import Section


class RandomCropProfile(Section):
    kind: Literal["random_crop"] = "random_crop"
    padding: int = Field(4, ge=0, le=1024)
    """Pixels added on every side before a window of the image's own size is cut."""
    padding_mode: Literal["reflect", "constant"] = "reflect"
    """What the added pixels show: the image mirrored, or black."""


class HorizontalFlipProfile(Section):
    kind: Literal["horizontal_flip"] = "horizontal_flip"
    p: float = Field(0.5, ge=0, le=1)
    """Probability that an image is mirrored left to right."""


class ColorJitterProfile(Section):
    kind: Literal["color_jitter"] = "color_jitter"
    brightness: float = Field(0.2, ge=0)
    """Brightness factor drawn from [max(0, 1 - x), 1 + x]; 0 is off."""
    contrast: float = Field(0.2, ge=0)
    """Contrast factor drawn from [max(0, 1 - x), 1 + x]; 0 is off."""
    saturation: float = Field(0.2, ge=0)
    """Saturation factor drawn from [max(0, 1 - x), 1 + x]; 0 is off."""
    hue: float = Field(0.1, ge=0, le=0.5)
    """Hue shift drawn from [-x, x] of the colour circle; 0 is off."""


AugmentationProfile = Annotated[
    RandomCropProfile | HorizontalFlipProfile | ColorJitterProfile, Field(discriminator="kind")
]
