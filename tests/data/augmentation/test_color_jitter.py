"""Byte equality with torchvision's transforms of PIL images."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torchvision.transforms.functional as reference
from PIL import Image
from torch import Tensor

from workbench.config.augment import ColorJitterProfile
from workbench.data.augmentation.color_jitter import (
    ColorFactors,
    adjust_brightness,
    adjust_contrast,
    adjust_hue,
    adjust_saturation,
    color_jitter,
    draw_color_jitter,
    jitter_by_masks,
    jitter_in_groups,
)
from workbench.data.draws import Draws

Adjust = Callable[[Tensor, Tensor], Tensor]
Reference = Callable[[Image.Image, float], Image.Image]

PAIRS: list[tuple[Adjust, Reference]] = [
    (adjust_brightness, reference.adjust_brightness),
    (adjust_contrast, reference.adjust_contrast),
    (adjust_saturation, reference.adjust_saturation),
    (adjust_hue, reference.adjust_hue),
]
IN_ORDER = [pair[1] for pair in PAIRS]


def to_pil(image: Tensor) -> Image.Image:
    return reference.to_pil_image(image)


def with_reference(images: Tensor, adjust: Reference, factors: Tensor) -> Tensor:
    changed = [adjust(to_pil(i), f) for i, f in zip(images, factors.tolist(), strict=True)]
    return torch.stack([reference.pil_to_tensor(image) for image in changed])


def drawn_for(count: int, profile: ColorJitterProfile, epoch: int = 0) -> ColorFactors:
    return draw_color_jitter(profile, Draws(42, epoch, 16, torch.arange(count)))


@pytest.mark.parametrize(("adjust", "expected"), PAIRS[:3])
@pytest.mark.parametrize("high", [1.0, 2.0, 40.0])
def test_a_blend_gives_pillows_bytes(
    colours: Tensor, adjust: Adjust, expected: Reference, high: float
) -> None:
    for repeat in range(10):
        factors = Draws(repeat, 0, 16, torch.arange(len(colours))).uniform(high=high)
        changed = adjust(colours.float(), factors).to(torch.uint8)
        assert torch.equal(changed, with_reference(colours, expected, factors))


@pytest.mark.parametrize("factor", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("adjust", "expected"), PAIRS)
def test_round_factors_give_pillows_bytes(
    colours: Tensor, adjust: Adjust, expected: Reference, factor: float
) -> None:
    factors = torch.full((len(colours),), factor / 2 if adjust is adjust_hue else factor)
    changed = adjust(colours.float(), factors).to(torch.uint8)
    assert torch.equal(changed, with_reference(colours, expected, factors))


def test_a_hue_shift_gives_pillows_bytes(colours: Tensor) -> None:
    for repeat in range(20):
        draws = Draws(repeat, 0, 16, torch.arange(len(colours)))
        factors = draws.uniform(low=-0.5, high=0.5)
        changed = adjust_hue(colours.float(), factors).to(torch.uint8)
        assert torch.equal(changed, with_reference(colours, reference.adjust_hue, factors))


@pytest.mark.parametrize("epoch", range(5))
@pytest.mark.parametrize(
    "profile",
    [
        ColorJitterProfile(),
        ColorJitterProfile(brightness=0.8, contrast=1.5, saturation=3.0, hue=0.5),
        ColorJitterProfile(contrast=0, hue=0),
    ],
)
def test_the_four_operations_follow_each_images_order(
    colours: Tensor, profile: ColorJitterProfile, epoch: int
) -> None:
    drawn = drawn_for(len(colours), profile, epoch)
    strengths = (profile.brightness, profile.contrast, profile.saturation, profile.hue)
    expected = []
    for image, factors, order in zip(colours, drawn.factors, drawn.order, strict=True):
        pil = to_pil(image)
        for operation in order.tolist():
            if strengths[operation]:
                pil = IN_ORDER[operation](pil, factors[operation].item())
        expected.append(reference.pil_to_tensor(pil))
    assert torch.equal(color_jitter(colours, profile, drawn), torch.stack(expected))


def test_grey_images_change_in_brightness_and_contrast_alone(colours: Tensor) -> None:
    grey, profile = colours[:, :1], ColorJitterProfile(saturation=1, hue=0.5)
    drawn = drawn_for(len(grey), profile)
    expected = []
    for image, factors, order in zip(grey, drawn.factors, drawn.order, strict=True):
        pil = to_pil(image)
        for operation in order.tolist():
            pil = IN_ORDER[operation](pil, factors[operation].item())
        expected.append(reference.pil_to_tensor(pil))
    assert torch.equal(color_jitter(grey, profile, drawn), torch.stack(expected))


def test_contrast_is_exact_for_large_images() -> None:
    # The sum of 16.8 million bright bytes is beyond float32's whole numbers.
    image = torch.full((1, 3, 1024, 1024), 254, dtype=torch.uint8)
    image[:, :, ::2, ::2] = 249
    factor = torch.tensor([0.37])
    changed = adjust_contrast(image.float(), factor).to(torch.uint8)
    assert torch.equal(changed, with_reference(image, reference.adjust_contrast, factor))


def test_factors_lie_in_torchvisions_ranges() -> None:
    profile = ColorJitterProfile(brightness=0.2, contrast=1.5, saturation=0.5, hue=0.1)
    factors = drawn_for(20_000, profile).factors
    low, high = torch.tensor([0.8, 0.0, 0.5, -0.1]), torch.tensor([1.2, 2.5, 1.5, 0.1])
    assert bool((factors >= low).all())
    assert bool((factors <= high).all())
    middle, spread = (low + high) / 2, (high - low) / 12**0.5
    assert torch.allclose(factors.mean(0), middle, atol=0.02)
    assert torch.allclose(factors.std(0), spread, rtol=0.02)


def test_all_24_orders_come_equally_often() -> None:
    orders = drawn_for(24_000, ColorJitterProfile()).order
    _, counts = orders.unique(dim=0, return_counts=True)
    assert len(counts) == 24
    assert ((counts - 1000.0) ** 2 / 1000).sum() < 60  # p < 1e-4 at 23 degrees of freedom


def test_the_original_is_left_as_it_was(colours: Tensor) -> None:
    before = colours.clone()
    color_jitter(colours, ColorJitterProfile(), drawn_for(len(colours), ColorJitterProfile()))
    assert torch.equal(colours, before)


@pytest.mark.parametrize("active", [[0, 1, 2, 3], [3], [0, 2], []])
def test_a_gpus_way_gives_the_bytes_of_a_cpus(colours: Tensor, active: list[int]) -> None:
    profile = ColorJitterProfile(brightness=0.4, contrast=0.4, saturation=0.4, hue=0.5)
    for epoch in range(3):
        drawn = drawn_for(len(colours), profile, epoch)
        changed = jitter_by_masks(colours, drawn, active)
        assert torch.equal(changed, jitter_in_groups(colours, drawn, active))
        assert torch.equal(changed, colours) == (not active)
