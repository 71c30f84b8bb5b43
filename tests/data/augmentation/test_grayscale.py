from __future__ import annotations

import pytest
import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.v2 import functional as reference

from workbench.config.augment import GrayscaleProfile
from workbench.data.augmentation.grayscale import draw_grayscale, grayscale, luminance
from workbench.data.draws import Draws


def test_chosen_images_get_pillows_grey_in_every_channel(colours: Tensor) -> None:
    chosen = torch.arange(len(colours)) % 3 == 0
    for image, result, was_chosen in zip(colours, grayscale(colours, chosen), chosen, strict=True):
        grey = reference.rgb_to_grayscale(reference.to_pil_image(image), num_output_channels=3)
        assert torch.equal(result, reference.pil_to_tensor(grey) if was_chosen else image)


def test_luminance_is_pillows_for_all_colours_of_a_grid() -> None:
    steps = torch.tensor([*range(0, 256, 5), 1, 254])
    colours = torch.cartesian_prod(steps, steps, steps).T.reshape(1, 3, -1, len(steps))
    pillow = Image.fromarray(colours[0].permute(1, 2, 0).to(torch.uint8).numpy()).convert("L")
    assert torch.equal(luminance(colours.float())[0].byte(), reference.pil_to_tensor(pillow))


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_images_that_are_not_rgb_stay_as_they_are(channels: int) -> None:
    images = torch.randint(0, 256, (5, channels, 4, 4), dtype=torch.uint8)
    assert torch.equal(grayscale(images, torch.ones(5, dtype=torch.bool)), images)


@pytest.mark.parametrize("p", [0.0, 0.1, 1.0])
def test_the_share_of_chosen_images_is_p(p: float) -> None:
    count = 40_000
    chosen = draw_grayscale(GrayscaleProfile(p=p), Draws(42, 0, 16, torch.arange(count)))
    assert abs(chosen.double().mean().item() - p) <= 5 * (p * (1 - p) / count) ** 0.5
