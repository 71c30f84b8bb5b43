"""scikit-learn's handwritten digits: 1,797 real 8x8 grey images, no download."""

from __future__ import annotations

import hashlib

import numpy as np
import torch
from torch import Tensor

from workbench.config.data import DigitsProfile
from workbench.data.source import ImageSet, Progress, Source
from workbench.data.sources.arrays import first_of_each_class, resized_channels

_TEST_EVERY = 5
_WHITE = 16  # the largest value in scikit-learn's arrays


def load_digits(profile: DigitsProfile, progress: Progress) -> Source:
    """Every fifth image is a test image (360), the other 1,437 are for training."""
    # Takes half a second: only who trains on digits waits for it.
    from sklearn import datasets

    bunch = datasets.load_digits()
    pixels = (bunch.images.astype(np.int64) * 255 + _WHITE // 2) // _WHITE
    stored = np.stack([resized_channels(image[None], profile) for image in pixels.astype(np.uint8)])
    images, labels = torch.from_numpy(stored), torch.from_numpy(bunch.target.astype(np.int64))
    is_test = torch.arange(len(labels)) % _TEST_EVERY == 0
    train = _image_set(images, labels, ~is_test, profile.train_per_class)
    test = _image_set(images, labels, is_test, profile.test_per_class)
    pixels_of_both = train.images.numpy().tobytes() + test.images.numpy().tobytes()
    return Source(
        train=train,
        test=test,
        classes=tuple(str(digit) for digit in range(10)),
        digest=hashlib.sha256(pixels_of_both).hexdigest(),
    )


def _image_set(images: Tensor, labels: Tensor, chosen: Tensor, limit: int) -> ImageSet:
    """The images that are chosen, at most `limit` of each class; 0 is all."""
    rows = chosen.nonzero().flatten()
    whole = ImageSet(images, rows, labels[rows])
    return whole.part(first_of_each_class(whole.labels, limit))
