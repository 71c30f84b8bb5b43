"""Augmentations of training images, applied in the order written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from workbench.config.section import Section, in_order, invalid

Probability = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, le=1000)]

PositiveInterval = Annotated[
    tuple[Positive, Positive], Field(strict=False), AfterValidator(in_order)
]
ShareInterval = Annotated[
    tuple[Probability, Probability], Field(strict=False), AfterValidator(in_order)
]


def _odd(value: int) -> int:
    if value % 2 == 0:
        raise invalid("an odd whole number from 3 to 63")
    return value


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


class AffineProfile(Section):
    """Rotation about the centre, shift, zoom and shear in one resampling."""

    kind: Literal["affine"] = "affine"
    degrees: float = Field(10.0, ge=0, le=180)
    """Rotation drawn from [-x, x] degrees."""
    translate: tuple[Probability, Probability] = Field((0.1, 0.1), strict=False)
    """Largest shift to either side, as a share of width and of height."""
    scale: PositiveInterval = (0.9, 1.1)
    """Zoom factor drawn from this interval."""
    shear: float = Field(0.0, ge=0, lt=90)
    """Shear along x drawn from [-x, x] degrees."""
    interpolation: Literal["nearest", "bilinear"] = "bilinear"
    """How a pixel is taken from between pixels."""
    fill: int = Field(0, ge=0, le=255)
    """Value of what lies outside of the image, 0 to 255."""


class GrayscaleProfile(Section):
    kind: Literal["grayscale"] = "grayscale"
    p: Probability = 0.1
    """Probability that an image loses its colours; it keeps its number of channels."""


class GaussianBlurProfile(Section):
    kind: Literal["gaussian_blur"] = "gaussian_blur"
    p: Probability = 0.5
    """Probability that an image is blurred."""
    kernel_size: Annotated[int, Field(ge=3, le=63), AfterValidator(_odd)] = 3
    """Side length of the kernel in pixels, odd."""
    sigma: PositiveInterval = (0.1, 2.0)
    """Standard deviation of the kernel, in pixels, drawn from this interval."""


class RandomErasingProfile(Section):
    """A rectangle of the image is painted over (Zhong et al. 2017)."""

    kind: Literal["random_erasing"] = "random_erasing"
    p: Probability = 0.5
    """Probability that an image is changed."""
    scale: ShareInterval = (0.02, 0.33)
    """Share of the image's area that the rectangle takes, drawn from this interval."""
    ratio: PositiveInterval = (0.3, 3.3)
    """Height over width of the rectangle, drawn evenly on a logarithmic scale."""
    value: int = Field(0, ge=0, le=255)
    """What it is painted with, 0 to 255, in every channel."""


class MixingSection(Section):
    """What augmentations that mix an image with another one of the epoch share."""

    alpha: float = Field(1.0, gt=0, le=100)
    """The first image's share is drawn from the Beta(alpha, alpha) distribution."""
    p: Probability = 1.0
    """Probability that an image is mixed."""


class CutMixProfile(MixingSection):
    """A rectangle of another image, labels mixed by area (Yun et al. 2019)."""

    kind: Literal["cutmix"] = "cutmix"


class MixUpProfile(MixingSection):
    """A weighted mean with another image, labels likewise (Zhang et al. 2017)."""

    kind: Literal["mixup"] = "mixup"


AugmentationProfile = Annotated[
    RandomCropProfile
    | HorizontalFlipProfile
    | ColorJitterProfile
    | AffineProfile
    | GrayscaleProfile
    | GaussianBlurProfile
    | RandomErasingProfile
    | CutMixProfile
    | MixUpProfile,
    Field(discriminator="kind"),
]
