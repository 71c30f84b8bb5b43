"""From a profile's [data] to images in memory: source, validation part, statistics.

To add a source: a profile class in `workbench.config.data`, a module with a
function from that profile to `Source`, and a line in `_SOURCES`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.config.data import DataProfile
from workbench.data.augment import check_augmentations
from workbench.data.digits import load_digits
from workbench.data.draws import Operation, shuffled
from workbench.data.image_folder import load_image_folder
from workbench.data.source import ImageSet, Progress, Source, no_progress
from workbench.data.statistics import ChannelStatistics, channel_statistics
from workbench.errors import DataError

__all__ = ["Dataset", "ImageSet", "Progress", "load_dataset", "no_progress"]

_SOURCES: dict[str, Callable[[Any, Progress], Source]] = {
    "digits": load_digits,
    "image_folder": load_image_folder,
}


@dataclass(frozen=True)
class Dataset:
    """Everything a run needs to know of its data."""

    train: ImageSet
    """Without the validation part."""
    validation: ImageSet
    """Held out of the training set, in its order; empty with `data.validation = 0`."""
    test: ImageSet
    classes: tuple[str, ...]
    mean: tuple[float, ...]
    """Of training and validation images: one value per channel, in the scale of 0 to 1."""
    std: tuple[float, ...]
    test_mean: tuple[float, ...]
    test_std: tuple[float, ...]
    fingerprint: str
    """sha256 hex over pixels, labels, classes and split: equal if and only if those are."""

    @property
    def channels(self) -> int:
        return self.train.shape[0]

    @property
    def image_size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.train.shape[1:]


def load_dataset(profile: DataProfile, seed: int, progress: Progress = no_progress) -> Dataset:
    """Load, split and measure; `seed` chooses the validation part.

    Raises:
        DataError: the data cannot be used as the profile wants it.
    """
    source = _SOURCES[profile.kind](profile, progress)
    held_out = _validation_count(profile.validation, len(source.train))
    train, validation = _split(source.train, held_out, seed)
    _check_statistics(profile, channels=train.shape[0])
    # Tried on one image: what does not fit is found before a run begins.
    check_augmentations(profile.augment, train.part(slice(1)).images)
    measured = _measured(profile, train)
    mean, std = profile.mean or measured.mean, profile.std or measured.std
    return Dataset(
        train=train,
        validation=validation,
        test=source.test,
        classes=source.classes,
        mean=mean,
        std=std,
        test_mean=profile.test_mean or mean,
        test_std=profile.test_std or std,
        fingerprint=_fingerprint(source, held_out, seed),
    )


def _validation_count(validation: float, images: int) -> int:
    """A fraction of the training set, rounded, or a count as it is."""
    count = round(validation * images) if validation < 1 else int(validation)
    if count >= images:
        raise DataError(
            f"data.validation = {validation:g} leaves none of the {images} training images",
            hint="hold out fewer: a count, or a fraction below 1",
        )
    return count


def _split(images: ImageSet, held_out: int, seed: int) -> tuple[ImageSet, ImageSet]:
    """What stays, and `held_out` images chosen by seed; both in file order."""
    order = shuffled(len(images), seed=seed, epoch=0, operation=Operation.VALIDATION_SPLIT)
    held = order[:held_out].sort().values
    kept = order[held_out:].sort().values
    return images.part(kept), images.part(held)


def _check_statistics(profile: DataProfile, channels: int) -> None:
    for name in ("mean", "std", "test_mean", "test_std"):
        values = getattr(profile, name)
        if values and len(values) != channels:
            raise DataError(
                f"data.{name} has length {len(values)}, the number of channels is {channels}",
                hint=f"give data.{name} one value per channel, or [] for the default",
            )


def _measured(profile: DataProfile, train: ImageSet) -> ChannelStatistics:
    """Reads every pixel, so only if something is left to measure."""
    if profile.mean and profile.std:
        return ChannelStatistics(profile.mean, profile.std)
    return channel_statistics(train)


def _fingerprint(source: Source, held_out: int, seed: int) -> str:
    digest = hashlib.sha256(source.digest.encode())
    for images in (source.train, source.test):
        digest.update(repr((len(images), *images.shape)).encode())
        digest.update(images.labels.numpy().tobytes())
    digest.update(repr((source.classes, held_out, seed if held_out else None)).encode())
    return digest.hexdigest()
