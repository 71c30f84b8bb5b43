from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workbench.data.source import Pixels
from workbench.data.sources.resize import ResizeRule, resized

RULES: tuple[ResizeRule, ...] = ("stretch", "crop", "pad")


def noise(height: int, width: int, *channels: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, *channels), np.uint8)


def scaled(image: Pixels, width: int, height: int) -> Pixels:
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))


@pytest.mark.parametrize("rule", RULES)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    size=st.integers(1, 40),
    channels=st.sampled_from([(), (3,)]),
)
def test_every_rule_gives_a_square(
    rule: ResizeRule, height: int, width: int, size: int, channels: tuple[int, ...]
) -> None:
    square = resized(noise(height, width, *channels), size, rule)
    assert square.shape == (size, size, *channels)
    assert square.dtype == np.uint8


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("size", [4, 9, 20])
def test_a_square_is_only_scaled(rule: ResizeRule, size: int) -> None:
    image = noise(9, 9, 3)
    assert np.array_equal(resized(image, size, rule), scaled(image, size, size))


@pytest.mark.parametrize("rule", RULES)
def test_size_0_leaves_an_image_as_it_is(rule: ResizeRule) -> None:
    image = noise(5, 9)
    assert np.array_equal(resized(image, 0, rule), image)


def test_stretch_uses_the_whole_image() -> None:
    image = noise(10, 30, 3)
    assert np.array_equal(resized(image, 8, "stretch"), scaled(image, 8, 8))


def test_crop_takes_the_square_in_the_centre() -> None:
    image = noise(10, 30, 3)
    assert np.array_equal(resized(image, 5, "crop"), scaled(image, 15, 5)[:, 5:10])
    upright = image.transpose(1, 0, 2).copy()
    assert np.array_equal(resized(upright, 5, "crop"), scaled(upright, 5, 15)[5:10])


def test_pad_puts_the_whole_image_between_black_borders() -> None:
    image = noise(10, 30, 3)
    square = resized(image, 12, "pad")
    assert np.array_equal(square[4:8], scaled(image, 12, 4))
    assert not square[:4].any()
    assert not square[8:].any()


def test_a_shrunk_image_is_antialiased() -> None:
    """Stripes one pixel wide become grey, not black or white."""
    stripes = np.zeros((64, 64), np.uint8)
    stripes[:, ::2] = 255
    small = resized(stripes, 8, "stretch")
    assert np.abs(small.astype(int) - 128).max() <= 16


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("shape", [(2_000_000, 1), (1, 2_000_000)])
def test_a_long_strip_takes_no_more_memory_than_it_has(
    rule: ResizeRule, shape: tuple[int, int]
) -> None:
    """Widened first, it would take 8 GB on the way."""
    assert resized(np.full(shape, 7, np.uint8), 4096, rule).max() == 7
