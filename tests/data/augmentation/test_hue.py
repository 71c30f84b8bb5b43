from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from workbench.data.augmentation.hue import shift_hue


def every_colour() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """All 16.8 million colours as one image, (4096, 4096, 3)."""
    word = np.arange(1 << 24, dtype=np.uint32)
    planes = [(word >> shift).astype(np.uint8) for shift in (16, 8, 0)]
    return np.stack(planes, -1).reshape(4096, 4096, 3)


def test_every_colour_goes_through_hsv_as_in_pillow() -> None:
    # Each of the two conversions is checked on all its inputs only here: from RGB completely,
    # and back on the HSV colours that a shift of 7 leads to.
    colours = every_colour()
    hsv = np.array(Image.fromarray(colours).convert("HSV"))
    hsv[..., 0] += np.uint8(7)
    expected = np.array(Image.frombytes("HSV", (4096, 4096), hsv.tobytes()).convert("RGB"))
    for rows in range(0, 4096, 512):  # an eighth at a time, for memory
        part = torch.from_numpy(colours[rows : rows + 512]).permute(2, 0, 1)[None]
        shifted = shift_hue(part, torch.tensor([7])).to(torch.uint8)[0].permute(1, 2, 0)
        assert np.array_equal(shifted.numpy(), expected[rows : rows + 512])


def test_each_image_turns_by_its_own_shift() -> None:
    colours = torch.randint(0, 256, (256, 3, 8, 8), dtype=torch.uint8)
    shifted = shift_hue(colours, torch.arange(256)).to(torch.uint8)
    for shift, (image, result) in enumerate(zip(colours, shifted, strict=True)):
        hsv = np.array(Image.fromarray(image.permute(1, 2, 0).numpy()).convert("HSV"))
        hsv[..., 0] += np.uint8(shift)
        expected = np.array(Image.frombytes("HSV", (8, 8), hsv.tobytes()).convert("RGB"))
        assert np.array_equal(result.permute(1, 2, 0).numpy(), expected)


def test_grey_stays_grey() -> None:
    grey = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16).expand(1, 3, 16, 16)
    assert torch.equal(shift_hue(grey, torch.tensor([100])).to(torch.uint8), grey)
