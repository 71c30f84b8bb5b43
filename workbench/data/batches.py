"""Batches on the device: drawn, augmented and normalised for training; in file order for tests."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from workbench.config.data import DataProfile
from workbench.data.augmentation.augment import Epoch, augment, mixes
from workbench.data.augmentation.samples import Samples
from workbench.data.draws import sample_order
from workbench.data.on_device import made_ahead, resident
from workbench.data.source import ImageSet
from workbench.errors import DataError


@dataclass(frozen=True)
class Batch:
    images: Tensor
    """float32 (b, channels, height, width), normalised, on the device."""
    labels: Tensor
    """int64 (b,), on the device; of a mixed image the class with the largest share."""
    targets: Tensor
    """What the loss compares the logits with, on the device: the labels themselves or, where
    augmentation mixes images, float32 (b, classes), each class's share."""


class TrainBatches:
    """The training batches of any epoch, each a function of (seed, epoch, step) alone.

    An epoch has n * copies samples. Sample `copy * n + image` is one copy of an
    image with its own random draws; all of them are shuffled together.

    Raises:
        DataError: a batch that an epoch has too few samples for.
    """

    def __init__(
        self,
        images: ImageSet,
        profile: DataProfile,
        *,
        classes: int,
        seed: int,
        batch_size: int,
        mean: Sequence[float],
        std: Sequence[float],
        device: torch.device,
    ) -> None:
        _check_batch_size(batch_size, len(images), profile.copies)
        self._images = resident(images, device)
        self._augmentations = profile.augment
        self._classes = classes
        self._samples = len(images) * profile.copies
        self._seed = seed
        self._batch_size = batch_size
        self._normalise = Normalisation(mean, std, device)
        self._device = device

    @property
    def steps_per_epoch(self) -> int:
        """The last step takes what is left, be it less than a batch."""
        return math.ceil(self._samples / self._batch_size)

    def epoch(self, epoch: int, first_step: int = 0) -> Iterator[Batch]:
        """The epoch's batches from `first_step` on, the same as after taking those before."""
        return made_ahead(self._batches(epoch, first_step), self._device)

    def _batches(self, epoch: int, first_step: int) -> Iterator[Batch]:
        order = sample_order(self._samples, seed=self._seed, epoch=epoch)
        for start in range(first_step * self._batch_size, self._samples, self._batch_size):
            yield self._batch(epoch, order[start : start + self._batch_size])

    def _batch(self, epoch: int, index: Tensor) -> Batch:
        source = Epoch(self._read, self._samples, seed=self._seed, number=epoch)
        samples = augment(source, self._augmentations, index)
        targets = samples.targets
        labels = targets.argmax(1) if mixes(self._augmentations) else targets
        return Batch(self._normalise(samples.images), labels, targets)

    def _read(self, index: Tensor) -> Samples:
        places = (index % len(self._images)).to(self._images.rows.device, non_blocking=True)
        images, labels = _on_device(self._images.part(places), self._device)
        if mixes(self._augmentations):
            return Samples(images, F.one_hot(labels, self._classes).to(torch.float32))
        return Samples(images, labels)


def evaluation_batches(
    images: ImageSet,
    *,
    batch_size: int,
    mean: Sequence[float],
    std: Sequence[float],
    device: torch.device,
) -> Iterator[Batch]:
    """Every image once, in file order, without augmentation."""
    normalise = Normalisation(mean, std, device)
    for start in range(0, len(images), batch_size):
        raw, labels = _on_device(images.part(slice(start, start + batch_size)), device)
        yield Batch(normalise(raw), labels, labels)


class Normalisation:
    """(images / 255 - mean) / std, as one multiplication and one addition per value."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], device: torch.device) -> None:
        centre = torch.tensor(mean, dtype=torch.float64).view(-1, 1, 1)
        spread = torch.tensor(std, dtype=torch.float64).view(-1, 1, 1)
        self._scale = (1 / (255 * spread)).to(device, torch.float32)
        self._shift = (-centre / spread).to(device, torch.float32)

    def __call__(self, images: Tensor) -> Tensor:
        """uint8 (b, c, h, w) to float32 of the same shape."""
        return images.to(torch.float32).mul_(self._scale).add_(self._shift)


def _on_device(part: ImageSet, device: torch.device) -> tuple[Tensor, Tensor]:
    """A batch's images, uint8, and labels."""
    return part.images.to(device, non_blocking=True), part.labels.to(device, non_blocking=True)


def _check_batch_size(batch_size: int, images: int, copies: int) -> None:
    samples = images * copies
    if batch_size > samples:
        found = "1 training image" if images == 1 else f"{images} training images"
        each = f", taken {copies} times each" if copies > 1 else ""
        raise DataError(
            f"training.batch_size = {batch_size} is more than the {found}{each}",
            hint=f"set training.batch_size to at most {samples}",
        )
