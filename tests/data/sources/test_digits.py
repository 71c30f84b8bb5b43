from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn import datasets

from workbench.config.data import DigitsProfile
from workbench.data.source import no_progress
from workbench.data.sources.digits import load_digits


def test_every_fifth_image_is_a_test_image() -> None:
    source, bunch = load_digits(DigitsProfile(), no_progress), datasets.load_digits()
    assert source.classes == tuple("0123456789")
    assert source.train.images.shape == (1437, 1, 8, 8)
    assert source.test.images.shape == (360, 1, 8, 8)
    assert source.test.labels.tolist() == bunch.target[::5].tolist()


def test_values_are_scaled_from_16_to_255() -> None:
    source, bunch = load_digits(DigitsProfile(), no_progress), datasets.load_digits()
    expected = torch.from_numpy(bunch.images[::5]) * 255 / 16
    assert source.test.images.dtype == torch.uint8
    assert (source.test.images[:, 0] - expected).abs().max() <= 0.5
    assert source.test.images.max() == 255


def test_limits_take_the_first_of_each_class() -> None:
    whole = load_digits(DigitsProfile(), no_progress)
    few = load_digits(DigitsProfile(train_per_class=3, test_per_class=2), no_progress)
    assert torch.bincount(few.train.labels).tolist() == [3] * 10
    assert torch.bincount(few.test.labels).tolist() == [2] * 10
    first_seven = (whole.train.labels == 7).nonzero().view(-1)[0]
    assert torch.equal(few.train.images[few.train.labels == 7][0], whole.train.images[first_seven])
    assert few.digest != whole.digest


@pytest.mark.parametrize("size", [4, 8, 32])
def test_images_are_scaled_with_pillows_bilinear_filter(size: int) -> None:
    small = load_digits(DigitsProfile(), no_progress).test.images[7, 0].numpy()
    scaled = load_digits(DigitsProfile(image_size=size), no_progress).test.images[7, 0].numpy()
    resize = Image.fromarray(small).resize((size, size), Image.Resampling.BILINEAR)
    assert np.array_equal(scaled, np.asarray(resize))
