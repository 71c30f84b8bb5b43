from __future__ import annotations

import pytest
import torch
import torchvision.transforms.v2 as transforms
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ks_2samp
from torch import Tensor
from torchvision.transforms.v2 import functional as reference

from workbench.config.augment import GaussianBlurProfile
from workbench.data.augmentation.blur import BlurWidths, blur, draw_blur
from workbench.data.draws import Draws
from workbench.errors import DataError


def drawn_for(count: int, profile: GaussianBlurProfile, seed: int = 42) -> BlurWidths:
    return draw_blur(profile, Draws(seed, 0, 16, torch.arange(count)))


def with_reference(images: Tensor, profile: GaussianBlurProfile, drawn: BlurWidths) -> Tensor:
    size = [profile.kernel_size, profile.kernel_size]
    return torch.stack(
        [
            reference.gaussian_blur(image, size, [sigma]) if chosen else image
            for image, chosen, sigma in zip(
                images, drawn.chosen.tolist(), drawn.sigma.tolist(), strict=True
            )
        ]
    )


@given(st.integers(1, 6), st.integers(0, 4), st.sampled_from([1, 3, 4]), st.integers(0, 99))
def test_blurred_images_are_within_one_of_torchvisions(
    reach: int, more: int, channels: int, seed: int
) -> None:
    profile = GaussianBlurProfile(kernel_size=2 * reach + 1, sigma=(0.05, 5))
    images = torch.randint(0, 256, (8, channels, reach + 1, reach + 1 + more), dtype=torch.uint8)
    drawn = drawn_for(len(images), profile, seed)
    difference = blur(images, profile, drawn).int() - with_reference(images, profile, drawn).int()
    assert difference.abs().max() <= 1


def test_nearly_all_bytes_are_torchvisions(colours: Tensor) -> None:
    profile = GaussianBlurProfile(kernel_size=5, p=1)
    drawn = drawn_for(len(colours), profile)
    equal = blur(colours, profile, drawn) == with_reference(colours, profile, drawn)
    assert equal.double().mean() > 0.999


@pytest.mark.parametrize("sigma", [1e-30, 1e3])
def test_the_narrowest_and_the_widest_kernel_leave_flat_colours_flat(sigma: float) -> None:
    flat = torch.arange(256, dtype=torch.uint8).view(-1, 1, 1, 1).expand(-1, 3, 9, 9).contiguous()
    profile = GaussianBlurProfile(p=1, kernel_size=17, sigma=(sigma, sigma))
    assert torch.equal(blur(flat, profile, drawn_for(256, profile)), flat)


def test_widths_are_distributed_as_torchvisions() -> None:
    count, profile = 4000, GaussianBlurProfile(p=0.3, sigma=(0.2, 3.0))
    drawn = drawn_for(count, profile)
    torch.manual_seed(0)
    theirs = transforms.GaussianBlur(3, sigma=(0.2, 3.0))
    sigmas = [theirs.make_params([])["sigma"][0] for _ in range(count)]
    assert ks_2samp(drawn.sigma.numpy(), sigmas).pvalue > 0.001
    share = drawn.chosen.double().mean().item()
    assert abs(share - 0.3) <= 5 * (0.3 * 0.7 / count) ** 0.5
    assert ks_2samp(drawn.sigma[drawn.chosen].numpy(), sigmas).pvalue > 0.001


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_kernel_that_reaches_beyond_the_mirrored_image_is_an_error(p: float) -> None:
    profile = GaussianBlurProfile(kernel_size=13, p=p)
    images = torch.zeros(1, 3, 8, 6, dtype=torch.uint8)
    with pytest.raises(DataError, match=r"kernel of 13 pixels .* side of 6") as error:
        blur(images, profile, drawn_for(1, profile))
    assert "at most 11" in error.value.hint
    fits = GaussianBlurProfile(kernel_size=11, p=1)
    assert torch.equal(blur(images, fits, drawn_for(1, fits)), images)


def test_the_original_is_left_as_it_was(colours: Tensor) -> None:
    before, profile = colours.clone(), GaussianBlurProfile(p=1)
    blur(colours, profile, drawn_for(len(colours), profile))
    assert torch.equal(colours, before)
