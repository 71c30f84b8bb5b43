"""Small image folders and colour images made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

MakeFolder = Callable[..., Path]


def write_image(path: Path, seed: int, size: tuple[int, int] = (6, 6)) -> None:
    """A PNG of random colours, `size` as (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    def make(train: int = 4, test: int = 2, classes: tuple[str, ...] = ("cat", "dog")) -> Path:
        root = tmp_path / "images"
        for part, count in (("train", train), ("test", test)):
            for number, name in enumerate(classes):
                for image in range(count):
                    seed = 1000 * number + image + 100 * (part == "test")
                    write_image(root / part / name / f"{image:04}.png", seed)
        return root

    return make


@pytest.fixture(scope="session")
def colours() -> Tensor:
    """uint8 (48, 3, 16, 16): noise, flat grey, flat colours, dark and bright images."""
    generator = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, (32, 3, 16, 16), generator=generator)
    flat = torch.randint(0, 256, (8, 3, 1, 1), generator=generator).expand(-1, -1, 16, 16)
    grey = torch.randint(0, 256, (4, 1, 16, 16), generator=generator).expand(-1, 3, -1, -1)
    dark = torch.randint(0, 3, (2, 3, 16, 16), generator=generator)
    bright = torch.randint(253, 256, (2, 3, 16, 16), generator=generator)
    return torch.cat([noise, flat, grey, dark, bright]).to(torch.uint8)
