from __future__ import annotations

import pytest
import torch
import torchvision.transforms.functional as reference
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from workbench.config.augment import RandomCropProfile
from workbench.data.augmentation.crop import CropOffsets, crop, draw_crop
from workbench.data.draws import Draws
from workbench.errors import DataError


def with_reference(images: Tensor, profile: RandomCropProfile, offsets: CropOffsets) -> Tensor:
    """torchvision's RandomCrop on PIL images, with the offsets given."""
    height, width = images.shape[2:]
    cut = []
    for image, top, left in zip(images, offsets.top.tolist(), offsets.left.tolist(), strict=True):
        padded = reference.pad(
            reference.to_pil_image(image), [profile.padding], padding_mode=profile.padding_mode
        )
        cut.append(reference.pil_to_tensor(reference.crop(padded, top, left, height, width)))
    return torch.stack(cut)


@given(
    st.integers(1, 12), st.integers(1, 12), st.sampled_from([1, 3]), st.integers(0, 15), st.data()
)
def test_a_black_border_gives_torchvisions_bytes(
    height: int, width: int, channels: int, padding: int, data: st.DataObject
) -> None:
    images = torch.randint(0, 256, (4, channels, height, width), dtype=torch.uint8)
    profile = RandomCropProfile(padding=padding, padding_mode="constant")
    offsets = draw_crop(profile, Draws(data.draw(st.integers(0, 99)), 0, 16, torch.arange(4)))
    assert torch.equal(crop(images, profile, offsets), with_reference(images, profile, offsets))


@given(st.integers(2, 12), st.integers(2, 12), st.sampled_from([1, 3]), st.data())
def test_a_reflected_border_gives_torchvisions_bytes(
    height: int, width: int, channels: int, data: st.DataObject
) -> None:
    images = torch.randint(0, 256, (4, channels, height, width), dtype=torch.uint8)
    profile = RandomCropProfile(padding=data.draw(st.integers(0, min(height, width) - 1)))
    offsets = draw_crop(profile, Draws(data.draw(st.integers(0, 99)), 0, 16, torch.arange(4)))
    assert torch.equal(crop(images, profile, offsets), with_reference(images, profile, offsets))


def test_all_windows_come_equally_often() -> None:
    count = 81_000
    offsets = draw_crop(RandomCropProfile(padding=4), Draws(42, 0, 16, torch.arange(count)))
    counts = torch.bincount(offsets.top * 9 + offsets.left, minlength=81).double()
    assert len(counts) == 81
    assert ((counts - 1000) ** 2 / 1000).sum() < 140  # p < 1e-4 at 80 degrees of freedom


@pytest.mark.parametrize("padding", [6, 7])
def test_a_border_as_wide_as_the_image_cannot_be_reflected(padding: int) -> None:
    profile = RandomCropProfile(padding=padding)
    offsets = draw_crop(profile, Draws(0, 0, 16, torch.arange(1)))
    with pytest.raises(DataError, match=f"{padding} pixels") as error:
        crop(torch.zeros(1, 3, 8, 6, dtype=torch.uint8), profile, offsets)
    assert "at most 5" in error.value.hint
