from __future__ import annotations

import pytest
import torch
import torchvision.transforms.functional as reference
from torch import Tensor

from workbench.config.augment import HorizontalFlipProfile
from workbench.data.augmentation.flip import draw_flip, flip
from workbench.data.draws import Draws


def test_chosen_images_are_mirrored_and_the_others_are_not(colours: Tensor) -> None:
    mirrored = torch.arange(len(colours)) % 3 == 0
    result = flip(colours, mirrored)
    for image, flipped, was_chosen in zip(colours, result, mirrored, strict=True):
        assert torch.equal(flipped, reference.hflip(image) if was_chosen else image)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 1.0])
def test_the_share_of_mirrored_images_is_p(p: float) -> None:
    count = 40_000
    mirrored = draw_flip(HorizontalFlipProfile(p=p), Draws(42, 0, 16, torch.arange(count)))
    deviation = (p * (1 - p) / count) ** 0.5
    assert abs(mirrored.double().mean().item() - p) <= 5 * deviation
