"""Against torchvision's affine of PIL images, and its RandomAffine."""

from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2 as transforms
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from torch import Tensor
from torchvision.transforms.v2 import functional as reference

from workbench.config.augment import AffineProfile
from workbench.data.augmentation.affine import AffineParameters, affine, draw_affine
from workbench.data.draws import Draws

WILD = AffineProfile(degrees=180, translate=(0.5, 0.3), scale=(0.3, 3), shear=40, fill=77)


def drawn_for(images: Tensor, profile: AffineProfile, seed: int = 42) -> AffineParameters:
    height, width = images.shape[2:]
    return draw_affine(profile, Draws(seed, 0, 16, torch.arange(len(images))), height, width)


def unchanged(count: int, **other: Tensor) -> AffineParameters:
    zero = torch.zeros(count)
    same = {"angle": zero, "right": zero, "down": zero, "scale": zero + 1, "shear": zero}
    return AffineParameters(**(same | other))


def with_reference(images: Tensor, profile: AffineProfile, drawn: AffineParameters) -> Tensor:
    results = []
    for number, image in enumerate(images):
        changed = reference.affine(
            reference.to_pil_image(image),
            angle=drawn.angle[number].item(),
            translate=[int(drawn.right[number]), int(drawn.down[number])],
            scale=drawn.scale[number].item(),
            shear=[drawn.shear[number].item(), 0.0],
            interpolation=transforms.InterpolationMode(profile.interpolation),
            fill=profile.fill,
        )
        results.append(reference.pil_to_tensor(changed))
    return torch.stack(results)


@pytest.mark.parametrize("profile", [AffineProfile(), WILD])
@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3]), st.integers(0, 99))
def test_bilinear_is_within_one_of_torchvision(
    profile: AffineProfile, height: int, width: int, channels: int, seed: int
) -> None:
    images = torch.randint(0, 256, (8, channels, height, width), dtype=torch.uint8)
    drawn = drawn_for(images, profile, seed)
    difference = affine(images, profile, drawn).int() - with_reference(images, profile, drawn).int()
    assert difference.abs().max() <= 1


@pytest.mark.parametrize("profile", [AffineProfile(), WILD])
@given(st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 3]), st.integers(0, 99))
def test_nearest_gives_torchvisions_bytes(
    profile: AffineProfile, height: int, width: int, channels: int, seed: int
) -> None:
    profile = profile.model_copy(update={"interpolation": "nearest"})
    images = torch.randint(0, 256, (8, channels, height, width), dtype=torch.uint8)
    drawn = drawn_for(images, profile, seed)
    assert torch.equal(affine(images, profile, drawn), with_reference(images, profile, drawn))


def test_nearly_all_bytes_of_bilinear_are_torchvisions(colours: Tensor) -> None:
    drawn = drawn_for(colours, WILD)
    equal = affine(colours, WILD, drawn) == with_reference(colours, WILD, drawn)
    assert equal.double().mean() > 0.9999


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_parameters_that_change_nothing_change_nothing(colours: Tensor, interpolation: str) -> None:
    profile = AffineProfile.model_validate({"interpolation": interpolation})
    assert torch.equal(affine(colours, profile, unchanged(len(colours))), colours)


@pytest.mark.parametrize("interpolation", ["nearest", "bilinear"])
def test_a_quarter_turn_is_clockwise_and_exact(colours: Tensor, interpolation: str) -> None:
    profile = AffineProfile.model_validate({"interpolation": interpolation})
    turned = affine(colours, profile, unchanged(48, angle=torch.full((48,), 90.0)))
    assert torch.equal(turned, colours.rot90(-1, (2, 3)))


def test_a_shift_uncovers_the_fill(colours: Tensor) -> None:
    profile = AffineProfile(fill=9)
    moved = affine(colours, profile, unchanged(48, right=torch.full((48,), 3.0)))
    assert torch.equal(moved[..., 3:], colours[..., :-3])
    assert bool((moved[..., :3] == 9).all())


def test_parameters_are_distributed_as_torchvisions() -> None:
    count, profile = (
        4000,
        AffineProfile(degrees=30, translate=(0.3, 0.1), scale=(0.5, 1.5), shear=20),
    )
    drawn = draw_affine(profile, Draws(42, 0, 16, torch.arange(count)), height=40, width=50)
    torch.manual_seed(0)
    theirs = transforms.RandomAffine(30, (0.3, 0.1), (0.5, 1.5), shear=20)
    image = torch.zeros(3, 40, 50)
    params = [theirs.make_params([image]) for _ in range(count)]
    pairs = [
        (drawn.angle, [p["angle"] for p in params]),
        (drawn.right, [p["translate"][0] for p in params]),
        (drawn.down, [p["translate"][1] for p in params]),
        (drawn.scale, [p["scale"] for p in params]),
        (drawn.shear, [p["shear"][0] for p in params]),
    ]
    assert min(ks_2samp(ours.numpy(), other).pvalue for ours, other in pairs) > 0.001
    assert drawn.right.abs().max() == 15
    assert drawn.down.abs().max() == 4


def test_images_too_many_for_one_part_are_each_changed_as_alone() -> None:
    images = torch.randint(0, 256, (5, 3, 200, 150), dtype=torch.uint8)
    drawn = drawn_for(images, WILD)
    together = affine(images, WILD, drawn)
    for k in range(len(images)):
        one = AffineParameters(**{name: value[k : k + 1] for name, value in vars(drawn).items()})
        assert torch.equal(affine(images[k : k + 1], WILD, one)[0], together[k])
