"""Batches in parts."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.config.training import TrainingProfile
from workbench.data.batches import Batch
from workbench.training.parts import largest_part, parts_of, smallest_part


def a_training(batch_size: int, parts: int) -> TrainingProfile:
    return TrainingProfile(batch_size=batch_size, gradient_accumulation=parts)


def a_batch(images: int) -> Batch:
    numbers = torch.arange(images)
    return Batch(numbers[:, None, None, None].float(), numbers, numbers)


def sizes(images: int, largest: int) -> list[int]:
    return [len(part.labels) for part in parts_of(a_batch(images), largest)]


def test_a_whole_batch_has_the_parts_asked_for() -> None:
    assert sizes(128, largest_part(a_training(128, 4))) == [32] * 4
    assert sizes(10, largest_part(a_training(10, 4))) == [3, 3, 2, 2]


def test_an_epochs_last_batch_has_only_the_parts_it_needs() -> None:
    assert sizes(33, largest_part(a_training(128, 4))) == [17, 16]
    assert sizes(4, largest_part(a_training(128, 4))) == [4]


def test_as_many_parts_as_images_are_single_images() -> None:
    assert sizes(3, largest_part(a_training(3, 3))) == [1, 1, 1]


@given(st.integers(1, 50), st.integers(1, 60))
def test_parts_hold_every_image_once_in_order(images: int, largest: int) -> None:
    parts = parts_of(a_batch(images), largest)
    for column in ("images", "labels", "targets"):
        joined = torch.cat([getattr(part, column) for part in parts])
        assert torch.equal(joined, getattr(a_batch(images), column))
    assert max(len(part.labels) for part in parts) <= largest


@given(st.integers(1, 60), st.integers(1, 30), st.integers(1, 40))
def test_the_smallest_part_of_an_epoch_is_known_before(
    samples: int, batch_size: int, parts: int
) -> None:
    training = a_training(batch_size, min(parts, batch_size))
    batches = [min(batch_size, samples - start) for start in range(0, samples, batch_size)]
    found = [size for images in batches for size in sizes(images, largest_part(training))]
    assert smallest_part(samples, training) == min(found)
