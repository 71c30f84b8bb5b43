"""scikit-learn's handwritten digits: 1,797 real 8x8 grey images, no download."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt
import torch

from workbench.config.data import DigitsProfile
from workbench.data.resize import ResizeRule, resized
from workbench.data.source import ImageSet, Pixels, Progress, Source

_Integers = npt.NDArray[np.int64]

_TEST_EVERY = 5
_WHITE = 16  # the largest value in scikit-learn's arrays


def load_digits(profile: DigitsProfile, progress: Progress) -> Source:
    """Every fifth image is a test image (360), the other 1,437 are for training."""
    # Takes half a second: only who trains on digits waits for it.
    from sklearn import datasets

    bunch = datasets.load_digits()
    pixels = (bunch.images.astype(np.int64) * 255 + _WHITE // 2) // _WHITE
    images = _scaled(pixels.astype(np.uint8), profile.image_size, profile.resize)
    labels = bunch.target.astype(np.int64)
    is_test = np.arange(len(labels)) % _TEST_EVERY == 0
    train = _first_of_each_class(labels, ~is_test, profile.train_per_class)
    test = _first_of_each_class(labels, is_test, profile.test_per_class)
    digest = hashlib.sha256(images[train].tobytes() + images[test].tobytes()).hexdigest()
    return Source(
        train=_image_set(images, labels, train),
        test=_image_set(images, labels, test),
        classes=tuple(str(digit) for digit in range(10)),
        digest=digest,
    )


def _scaled(images: Pixels, size: int, rule: ResizeRule) -> Pixels:
    return np.stack([resized(image, size, rule) for image in images])


def _first_of_each_class(
    labels: _Integers,
    allowed: npt.NDArray[np.bool_],
    limit: int,
) -> _Integers:
    """Rows in file order, at most `limit` of each class; 0 is all."""
    rows = [np.flatnonzero(allowed & (labels == digit))[: limit or None] for digit in range(10)]
    return np.sort(np.concatenate(rows))


def _image_set(
    images: Pixels,
    labels: _Integers,
    rows: _Integers,
) -> ImageSet:
    stored = torch.from_numpy(images)[:, None]
    return ImageSet(stored, torch.from_numpy(rows), torch.from_numpy(labels[rows]))
