"""Images to squares of one size."""

from __future__ import annotations

from typing import Literal

import numpy as np
from PIL import Image

from workbench.data.source import Pixels

ResizeRule = Literal["stretch", "crop", "pad"]
"""What becomes of an image that is not square: see `data.resize`."""


def resized(image: Pixels, size: int, rule: ResizeRule) -> Pixels:
    """(height, width) or (height, width, channels) as a square of `size`; 0 leaves it as it is."""
    if size == 0 or image.shape[:2] == (size, size):
        return image
    return np.asarray(to_square(Image.fromarray(image), size, rule))


def to_square(image: Image.Image, size: int, rule: ResizeRule) -> Image.Image:
    """The image as a square of `size` pixels.

    Bilinear, with Pillow's antialiasing: where it shrinks, the filter is as wide
    as the pixels that fall together.
    """
    if rule == "crop":
        return _cut(image, size)
    if rule == "pad":
        return _framed(image, size)
    return _stretched(image, size)


def _stretched(image: Image.Image, size: int) -> Image.Image:
    if image.width < size < image.height:
        # Pillow widens first. A strip of 1 x 80 million pixels would take a
        # terabyte on the way, so that the height shrinks first here.
        image = image.resize((image.width, size), Image.Resampling.BILINEAR)
    return image.resize((size, size), Image.Resampling.BILINEAR)


def _cut(image: Image.Image, size: int) -> Image.Image:
    """The square in the centre.

    Only what stays is computed, or a long strip would be enlarged as a whole.
    """
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=box)


def _framed(image: Image.Image, size: int) -> Image.Image:
    """The whole image in the centre of a black square."""
    scale = size / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    inner = image.resize((width, height), Image.Resampling.BILINEAR)
    square = Image.new(image.mode, (size, size))
    square.paste(inner, ((size - width) // 2, (size - height) // 2))
    return square
