"""Where images come from and how they are prepared."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from workbench.config.augment import AugmentationProfile
from workbench.config.custom import CustomSection
from workbench.config.places import datasets_folder
from workbench.config.section import Section, UserPath, invalid

Statistic = Annotated[tuple[float, ...], Field(max_length=4, strict=False)]
"""One value per channel, in the images' scale of 0 to 1."""

PositiveStatistic = Annotated[
    tuple[Annotated[float, Field(gt=0)], ...], Field(max_length=4, strict=False)
]


def _fraction_or_count(value: float) -> float:
    if value >= 1 and value != int(value):
        raise ValueError
    return value


FractionOrCount = Annotated[
    float,
    Field(ge=0, le=1_000_000_000),
    AfterValidator(_fraction_or_count),
    PlainSerializer(lambda value: int(value) if value == int(value) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
                {"type": "integer", "minimum": 1, "maximum": 1_000_000_000},
            ]
        }
    ),
]
"""A share of the training set, or a number of its images."""


class DataSection(Section):
    """What all sources share."""

    copies: int = Field(1, ge=1, le=1000)
    """Times each training image comes up in an epoch, each time with its own random draw."""
    validation: FractionOrCount = 0.1
    """Held out of the training set: a count, or a fraction below 1. With 0 the test set is
    evaluated each epoch and drives early stopping."""
    train_per_class: int = Field(0, ge=0)
    """Use the first N training images of each class, in the order of the data (image folders: by
    sorted name); 0 is all."""
    test_per_class: int = Field(0, ge=0)
    """Use the first N test images of each class, in the same order; 0 is all."""
    image_size: int = Field(0, ge=0, le=4096)
    """Side length in pixels that images are scaled to; 0 leaves them as they are."""
    resize: Literal["stretch", "crop", "pad"] = "stretch"
    """How an image that is not square becomes image_size: stretched, scaled by its shorter side
    and cut around the centre, or scaled by its longer side and given black borders."""
    mean: Statistic = ()
    """Subtracted from each channel of training images; [] is measured on the training part."""
    std: PositiveStatistic = ()
    """Each channel of training images is divided by it; [] is measured on the training part."""
    test_mean: Statistic = ()
    """Like mean, for the test set; [] is the training images'."""
    test_std: PositiveStatistic = ()
    """Like std, for the test set; [] is the training images'."""
    augment: Annotated[tuple[AugmentationProfile, ...], Field(strict=False)] = ()
    """Random changes to training images, in the order written."""

    @model_validator(mode="after")
    def _same_channels(self) -> Self:
        statistics = ("mean", "std", "test_mean", "test_std")
        given = {name: len(getattr(self, name)) for name in statistics if getattr(self, name)}
        for name, channels in given.items():
            first, expected = next(iter(given.items()))
            if channels != expected:
                raise invalid(f"one value per channel, as in {first}: {expected}", key=name)
        return self


class DigitsProfile(DataSection):
    """1,797 real 8x8 grey images of handwritten digits, bundled with scikit-learn."""

    kind: Literal["digits"] = "digits"


class CifarSection(DataSection):
    """What CIFAR-10 and CIFAR-100 share."""

    root: UserPath = Field(default_factory=datasets_folder)
    """Where the data set lies as torchvision keeps it, or is downloaded to; by default in the
    user's cache."""


class Cifar10Profile(CifarSection):
    """60,000 photographs of 32x32 pixels in 10 classes, downloaded once (170 MB)."""

    kind: Literal["cifar10"] = "cifar10"


class Cifar100Profile(CifarSection):
    """60,000 photographs of 32x32 pixels in 100 classes, downloaded once (169 MB)."""

    kind: Literal["cifar100"] = "cifar100"


def _whole(value: object) -> object:
    """True equals 1 and 1.0 does, but neither is a number of channels."""
    if type(value) is not int:
        raise invalid("1 or 3")
    return value


Channels = Annotated[Literal[1, 3], BeforeValidator(_whole)]


class OwnDataSection(DataSection):
    """What data of one's own needs to be told beyond that."""

    test: FractionOrCount = 0.2
    """Taken out as the test set, chosen by seed, where the data has none of its own: a count, or
    a fraction below 1. train_per_class then limits the images before that, and test_per_class
    has no effect."""


class ImageFolderProfile(OwnDataSection):
    """A folder of image files: `train/<class>/…` and `test/<class>/…`, or `<class>/…` alone."""

    kind: Literal["image_folder"] = "image_folder"
    root: UserPath
    """The folder that holds `train` and `test`, or the class folders."""
    channels: Channels = 3
    """Channels that images are read with, whatever the files have: 3 is RGB, 1 is grey."""
    on_error: Literal["fail", "skip"] = "fail"
    """What an image file that cannot be read does: fail lists all of them and ends, skip leaves
    them out with a warning."""


class CustomDataProfile(OwnDataSection, CustomSection):
    """Images from a callable of one's own: (images, labels), a torch Dataset, or a table with
    `train`, `test` and `classes`."""

    kind: Literal["custom"] = "custom"


DataProfile = Annotated[
    DigitsProfile | Cifar10Profile | Cifar100Profile | ImageFolderProfile | CustomDataProfile,
    Field(discriminator="kind"),
]
