from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.data import statistics
from workbench.data.source import ImageSet
from workbench.data.statistics import channel_statistics


def a_set(images: torch.Tensor) -> ImageSet:
    everything = torch.arange(len(images))
    return ImageSet(images, everything, torch.zeros_like(everything))


@given(st.integers(1, 9), st.integers(1, 4), st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_mean_and_population_deviation_are_numpys(
    count: int, channels: int, side: int, seed: int
) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, channels, side, 5), np.uint8)
    measured = channel_statistics(a_set(torch.from_numpy(pixels)))
    assert measured.mean == pytest.approx((pixels / 255).mean((0, 2, 3)))
    assert measured.std == pytest.approx((pixels / 255).std((0, 2, 3)), abs=1e-9)


def test_the_chunk_size_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    images = a_set(torch.randint(0, 256, (100, 3, 8, 8), dtype=torch.uint8))
    whole = channel_statistics(images)
    monkeypatch.setattr(statistics, "_CHUNK_VALUES", 1000)
    assert channel_statistics(images) == whole


def test_a_channel_of_one_value_is_centred_and_not_scaled() -> None:
    images = a_set(torch.full((4, 1, 2, 2), 51, dtype=torch.uint8))
    assert channel_statistics(images).mean == pytest.approx((0.2,))
    assert channel_statistics(images).std == (1.0,)
