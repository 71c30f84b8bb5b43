"""From a profile's [data] to images in memory: source, validation part, statistics.

To add a source: a profile class in `workbench.config.data`, a module with a
function from that profile to `Source`, and a line in `_SOURCES`.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from workbench.config.data import DataProfile, OwnDataSection
from workbench.config.wording import printable
from workbench.data.augmentation.augment import check_augmentations
from workbench.data.draws import Operation, shuffled
from workbench.data.source import ImageSet, Progress, Source, no_progress
from workbench.data.sources.cifar import load_cifar10, load_cifar100
from workbench.data.sources.custom import load_custom
from workbench.data.sources.digits import load_digits
from workbench.data.sources.image_folder import load_image_folder
from workbench.data.statistics import ChannelStatistics, channel_statistics
from workbench.errors import DataError

__all__ = ["Dataset", "ImageSet", "Progress", "load_dataset", "no_progress"]

_SOURCES: dict[str, Callable[[Any, Progress], Source]] = {
    "digits": load_digits,
    "cifar10": load_cifar10,
    "cifar100": load_cifar100,
    "image_folder": load_image_folder,
    "custom": load_custom,
}

_LISTED = 5
_log = logging.getLogger(__name__)


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
    """Load, split and measure; `seed` chooses what is taken out of the training set.

    Raises:
        DataError: the data cannot be used as the profile wants it.
    """
    source = _SOURCES[profile.kind](profile, progress)
    train, test = _with_test_set(source, profile, seed)
    train, validation = _split(
        train, "data.validation", profile.validation, seed, Operation.VALIDATION_SPLIT
    )
    _warn_of_emptied_classes(train, source.classes)
    _check_statistics(profile, channels=train.shape[0])
    # Tried on one image: what does not fit is found before a run begins.
    check_augmentations(profile.augment, train.part(slice(1)).images)
    measured = _measured(profile, train)
    mean, std = profile.mean or measured.mean, profile.std or measured.std
    return Dataset(
        train=train,
        validation=validation,
        test=test,
        classes=source.classes,
        mean=mean,
        std=std,
        test_mean=profile.test_mean or mean,
        test_std=profile.test_std or std,
        fingerprint=_fingerprint(source, (train, validation, test)),
    )


def _with_test_set(source: Source, profile: DataProfile, seed: int) -> tuple[ImageSet, ImageSet]:
    """Training and test set: the source's own, or one taken out of its training set."""
    if source.test is not None:
        return source.train, source.test
    assert isinstance(profile, OwnDataSection)  # all other sources have a test set
    train, test = _split(source.train, "data.test", profile.test, seed, Operation.TEST_SPLIT)
    if not len(test):
        raise DataError(
            f"there is no test set: the data has none of its own,"
            f" and data.test = {profile.test:g} takes none of its {len(train)} images",
            hint="give data.test a count or a fraction, or give the data a test set",
        )
    return train, test


def _split(
    images: ImageSet, key: str, amount: float, seed: int, operation: Operation
) -> tuple[ImageSet, ImageSet]:
    """What stays, and what is held out: chosen by seed, both in file order.

    `amount` is a fraction, rounded to images, or a count. Only 0 takes none: without
    a validation part the test set would choose the weights, and nobody had asked for that.
    """
    count = max(1, round(amount * len(images))) if 0 < amount < 1 else int(amount)
    if count >= len(images):
        raise DataError(
            f"{key} = {amount:g} leaves none of the {len(images)} training images",
            hint="hold out fewer: a count, or a fraction below 1",
        )
    order = shuffled(len(images), seed=seed, epoch=0, operation=operation)
    held = order[:count].sort().values
    kept = order[count:].sort().values
    return images.part(kept), images.part(held)


def _warn_of_emptied_classes(train: ImageSet, classes: Sequence[str]) -> None:
    counts = torch.bincount(train.labels, minlength=len(classes))
    names = [printable(classes[label]) for label in (counts == 0).nonzero().flatten().tolist()]
    if names:
        few = ", ".join(names[:_LISTED]) + ", …" * (len(names) > _LISTED)
        _log.warning("classes without an image to train on: %s", few)


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


def _fingerprint(source: Source, parts: Sequence[ImageSet]) -> str:
    digest = hashlib.sha256(source.digest.encode())
    for images in parts:
        digest.update(repr((len(images), *images.shape)).encode())
        digest.update(images.rows.numpy().tobytes())
        digest.update(images.labels.numpy().tobytes())
    digest.update(repr(source.classes).encode())
    return digest.hexdigest()
