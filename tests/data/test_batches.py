from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from workbench.config.augment import (
    ColorJitterProfile,
    HorizontalFlipProfile,
    RandomCropProfile,
)
from workbench.config.data import DigitsProfile
from workbench.data.batches import Batch, TrainBatches, evaluation_batches
from workbench.data.source import ImageSet

CPU = torch.device("cpu")
AUGMENT = (RandomCropProfile(padding=2), HorizontalFlipProfile(), ColorJitterProfile())


def numbered(count: int) -> ImageSet:
    """Images whose label is their number."""
    generator = torch.Generator().manual_seed(count)
    images = torch.randint(0, 256, (count, 3, 8, 8), generator=generator).to(torch.uint8)
    return ImageSet(images, torch.arange(count), torch.arange(count))


def batches(
    images: ImageSet, copies: int = 1, batch_size: int = 10, seed: int = 1, augment: bool = True
) -> TrainBatches:
    return TrainBatches(
        images,
        DigitsProfile(copies=copies, augment=AUGMENT if augment else ()),
        seed=seed,
        batch_size=batch_size,
        mean=(0.1, 0.2, 0.3),
        std=(0.4, 0.5, 0.6),
        device=CPU,
    )


def normalised(images: Tensor) -> Tensor:
    mean, std = torch.tensor([0.1, 0.2, 0.3]), torch.tensor([0.4, 0.5, 0.6])
    return (images / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1)


def same(first: list[Batch], second: list[Batch]) -> bool:
    return len(first) == len(second) and all(
        torch.equal(a.images, b.images) and torch.equal(a.labels, b.labels)
        for a, b in zip(first, second, strict=True)
    )


@given(st.integers(1, 40), st.integers(1, 3), st.integers(1, 50), st.integers(0, 99))
def test_an_epoch_has_each_image_once_per_copy(
    count: int, copies: int, batch_size: int, epoch: int
) -> None:
    training = batches(numbered(count), copies, batch_size, augment=False)
    taken = list(training.epoch(epoch))
    labels = Counter(label for batch in taken for label in batch.labels.tolist())
    assert labels == dict.fromkeys(range(count), copies)
    assert len(taken) == training.steps_per_epoch
    assert all(len(batch.labels) == batch_size for batch in taken[:-1])


@pytest.mark.parametrize("first_step", range(6))
def test_starting_at_a_step_gives_what_skipping_to_it_gives(first_step: int) -> None:
    training = batches(numbered(25), copies=2)
    whole = list(training.epoch(4))
    assert same(whole[first_step:], list(training.epoch(4, first_step)))


def test_an_epoch_is_the_same_whatever_came_before() -> None:
    used = batches(numbered(25))
    for epoch in range(3):
        list(used.epoch(epoch))
    assert same(list(used.epoch(7)), list(batches(numbered(25)).epoch(7)))


def test_epochs_and_seeds_differ() -> None:
    first = list(batches(numbered(25)).epoch(0))
    assert not same(first, list(batches(numbered(25)).epoch(1)))
    assert not same(first, list(batches(numbered(25), seed=2).epoch(0)))


def test_copies_of_an_image_are_drawn_apart() -> None:
    images = numbered(1)
    (batch,) = batches(images, copies=8).epoch(0)
    assert len(batch.images.unique(dim=0)) > 4


def test_global_random_state_plays_no_part() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = list(batches(numbered(25)).epoch(0))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    assert same(first, list(batches(numbered(25)).epoch(0)))


def test_training_images_are_normalised_in_float32() -> None:
    images = numbered(12)
    for batch in batches(images, augment=False).epoch(0):
        assert batch.images.dtype == torch.float32
        assert torch.allclose(batch.images, normalised(images.images[batch.labels]), atol=1e-6)


@given(st.integers(0, 40), st.integers(1, 50))
def test_evaluation_takes_every_image_once_in_file_order(count: int, batch_size: int) -> None:
    images = numbered(count)
    taken = list(
        evaluation_batches(
            images, batch_size=batch_size, mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6), device=CPU
        )
    )
    assert [label for batch in taken for label in batch.labels.tolist()] == list(range(count))
    if count:
        result = torch.cat([batch.images for batch in taken])
        assert torch.allclose(result, normalised(images.images), atol=1e-6)
