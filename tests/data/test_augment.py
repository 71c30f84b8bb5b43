from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from workbench.config.augment import (
    ColorJitterProfile,
    HorizontalFlipProfile,
    RandomCropProfile,
)
from workbench.data.augment import augment

REPORT = (RandomCropProfile(), HorizontalFlipProfile(), ColorJitterProfile())


@settings(max_examples=30)
@given(st.permutations(range(48)), st.integers(1, 48), st.integers(0, 2**63 - 1))
def test_an_images_result_does_not_depend_on_its_batch(
    colours: Tensor, order: list[int], size: int, seed: int
) -> None:
    index = torch.arange(len(colours)) + 1000
    whole = augment(colours, REPORT, seed=seed, epoch=3, index=index)
    part = torch.tensor(order[:size])
    alone = augment(colours[part], REPORT, seed=seed, epoch=3, index=index[part])
    assert torch.equal(alone, whole[part])


@pytest.mark.parametrize("change", [{"seed": 2}, {"epoch": 1}, {"index": torch.arange(48) + 48}])
def test_seed_epoch_and_copy_each_give_other_draws(
    colours: Tensor, change: dict[str, object]
) -> None:
    given: dict[str, object] = {"seed": 1, "epoch": 0, "index": torch.arange(48)}
    first = augment(colours, REPORT, **given)  # type: ignore[arg-type]
    second = augment(colours, REPORT, **(given | change))  # type: ignore[arg-type]
    assert not torch.equal(first, second)


def test_augmentations_are_applied_in_the_order_written(colours: Tensor) -> None:
    # Of a white image with a black border, the jitter leaves the border black if it comes first.
    white = torch.full_like(colours, 255)
    border = RandomCropProfile(padding=8, padding_mode="constant")
    darker = ColorJitterProfile(brightness=0, contrast=0.9, saturation=0, hue=0)
    index = torch.arange(len(white))
    jitter_first = augment(white, (darker, border), seed=1, epoch=0, index=index)
    crop_first = augment(white, (border, darker), seed=1, epoch=0, index=index)
    assert set(jitter_first.unique().tolist()) == {0, 255}
    assert len(crop_first.unique()) > 2


def test_the_same_augmentation_twice_draws_twice(colours: Tensor) -> None:
    flip = HorizontalFlipProfile()
    index = torch.arange(len(colours))
    twice = augment(colours, (flip, flip), seed=1, epoch=0, index=index)
    assert not torch.equal(twice, colours)


def test_without_augmentations_images_stay_as_they_are(colours: Tensor) -> None:
    index = torch.arange(len(colours))
    assert torch.equal(augment(colours, (), seed=1, epoch=0, index=index), colours)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_gives_the_same_bytes(colours: Tensor) -> None:
    index = torch.arange(len(colours))
    on_gpu = augment(colours.cuda(), REPORT, seed=1, epoch=0, index=index)
    assert torch.equal(on_gpu.cpu(), augment(colours, REPORT, seed=1, epoch=0, index=index))
