"""Where images come from and how they are prepared."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from workbench.config.augment import AugmentationProfile
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
    """Use the first N training images of each class, by sorted name; 0 is all."""
    test_per_class: int = Field(0, ge=0)
    """Use the first N test images of each class, by sorted name; 0 is all."""
    image_size: int = Field(0, ge=0, le=4096)
    """Side length in pixels that images are scaled to; 0 leaves them as they are."""
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


class ImageFolderProfile(DataSection):
    """A folder of image files: `train/<class>/…` and `test/<class>/…`."""

    kind: Literal["image_folder"] = "image_folder"
    root: UserPath
    """The folder that holds `train` and `test`."""


DataProfile = Annotated[DigitsProfile | ImageFolderProfile, Field(discriminator="kind")]
