"""A few images, for benchmarks at sizes that take little time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def write_images(folder: Path) -> Path:
    """Coloured noise, 32x32: two classes, eight images of each to train on and two to test."""
    random = np.random.default_rng(0)
    for part, count in {"train": 8, "test": 2}.items():
        for name in ("cat", "dog"):
            (folder / part / name).mkdir(parents=True)
            for number in range(count):
                pixels = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / part / name / f"{number}.png")
    return folder
