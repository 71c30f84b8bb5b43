from __future__ import annotations

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from workbench.config.augment import (
    AugmentationProfile,
    ColorJitterProfile,
    CutMixProfile,
    HorizontalFlipProfile,
    MixUpProfile,
    RandomCropProfile,
)
from workbench.config.data import DigitsProfile
from workbench.data.batches import Batch, TrainBatches, evaluation_batches
from workbench.data.draws import sample_order
from workbench.data.source import ImageSet
from workbench.errors import DataError

CPU = torch.device("cpu")
AUGMENT = (RandomCropProfile(padding=2), HorizontalFlipProfile(), ColorJitterProfile())
MIXING = (*AUGMENT, MixUpProfile(p=0.6), CutMixProfile(p=0.6))


def numbered(count: int) -> ImageSet:
    """Images whose label is their number."""
    generator = torch.Generator().manual_seed(count)
    images = torch.randint(0, 256, (count, 3, 8, 8), generator=generator).to(torch.uint8)
    return ImageSet(images, torch.arange(count), torch.arange(count))


def batches(
    images: ImageSet,
    copies: int = 1,
    batch_size: int = 10,
    seed: int = 1,
    augment: tuple[AugmentationProfile, ...] = AUGMENT,
) -> TrainBatches:
    return TrainBatches(
        images,
        DigitsProfile(copies=copies, augment=augment),
        classes=len(images),
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
        torch.equal(a.images, b.images)
        and torch.equal(a.labels, b.labels)
        and torch.equal(a.targets, b.targets)
        for a, b in zip(first, second, strict=True)
    )


@given(st.integers(1, 40), st.integers(1, 3), st.data(), st.integers(0, 99))
def test_an_epoch_has_each_image_once_per_copy(
    count: int, copies: int, data: st.DataObject, epoch: int
) -> None:
    batch_size = data.draw(st.integers(1, count * copies))
    training = batches(numbered(count), copies, batch_size, augment=())
    taken = list(training.epoch(epoch))
    labels = Counter(label for batch in taken for label in batch.labels.tolist())
    assert labels == dict.fromkeys(range(count), copies)
    assert len(taken) == training.steps_per_epoch
    assert all(len(batch.labels) == batch_size for batch in taken[:-1])


@pytest.mark.parametrize("augment", [AUGMENT, MIXING])
@pytest.mark.parametrize("first_step", range(6))
def test_starting_at_a_step_gives_what_skipping_to_it_gives(
    first_step: int, augment: tuple[AugmentationProfile, ...]
) -> None:
    training = batches(numbered(25), copies=2, augment=augment)
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
    (batch,) = batches(images, copies=8, batch_size=8).epoch(0)
    assert len(batch.images.unique(dim=0)) > 4


@pytest.mark.parametrize("augment", [AUGMENT, MIXING])
def test_a_samples_result_does_not_depend_on_the_batch_size(
    augment: tuple[AugmentationProfile, ...],
) -> None:
    one, many = (batches(numbered(20), batch_size=size, augment=augment) for size in (1, 20))
    (whole,) = many.epoch(2)
    single = list(one.epoch(2))
    assert torch.equal(whole.images, torch.cat([batch.images for batch in single]))
    assert torch.equal(whole.targets, torch.cat([batch.targets for batch in single]))


def test_without_mixing_targets_are_the_labels() -> None:
    for batch in batches(numbered(25)).epoch(0):
        assert batch.targets.dtype == torch.int64
        assert torch.equal(batch.targets, batch.labels)


@pytest.mark.parametrize("p", [0.0, 0.5, 1.0])
def test_with_mixing_targets_are_shares_and_labels_the_largest_of_them(p: float) -> None:
    for batch in batches(numbered(25), augment=(MixUpProfile(p=p),)).epoch(0):
        assert batch.targets.dtype == torch.float32
        assert batch.targets.shape == (len(batch.labels), 25)
        assert torch.allclose(batch.targets.sum(1), torch.ones(len(batch.labels)))
        assert torch.equal(batch.labels, batch.targets.argmax(1))
        assert batch.labels.dtype == torch.int64
        if p == 0:
            assert bool((batch.targets.max(1).values == 1).all())


def test_partners_come_from_all_copies_of_all_images() -> None:
    images, met = numbered(5), set()
    for epoch in range(20):
        order = sample_order(10, seed=1, epoch=epoch)
        (whole,) = batches(images, copies=2).epoch(epoch)
        (mixed,) = batches(images, copies=2, augment=(*AUGMENT, CutMixProfile())).epoch(epoch)
        for own, mixture in zip(whole.images, mixed.images, strict=True):
            partner = ((mixture == whole.images) | (mixture == own)).flatten(1).all(1)
            if partner.sum() == 1:
                met.add(int(order[partner]))
    assert met == set(range(10))


@pytest.mark.parametrize(
    ("copies", "found"),
    [(1, "the 9 training images"), (3, "the 9 training images, taken 3 times each")],
)
def test_a_batch_larger_than_an_epoch_is_an_error(copies: int, found: str) -> None:
    images, samples = numbered(9), 9 * copies
    (whole,) = batches(images, copies, batch_size=samples).epoch(0)
    assert len(whole.labels) == samples
    with pytest.raises(DataError, match=f"training.batch_size = {samples + 1} is more") as error:
        batches(images, copies, batch_size=samples + 1)
    assert error.value.message.endswith(found)
    assert error.value.hint == f"set training.batch_size to at most {samples}"


def test_global_random_state_plays_no_part() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = list(batches(numbered(25)).epoch(0))
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(1)
    assert same(first, list(batches(numbered(25)).epoch(0)))


def test_training_images_are_normalised_in_float32() -> None:
    images = numbered(12)
    for batch in batches(images, augment=()).epoch(0):
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
