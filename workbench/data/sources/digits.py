"""scikit-learn's handwritten digits: 1,797 real 8x8 grey images, no download."""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from workbench.config.data import DigitsProfile
from workbench.data.source import ImageSet, Progress, Source
from workbench.data.sources.arrays import first_of_each_class, resized_channels
from workbench.errors import DataError

_FILE = "datasets/data/digits.csv.gz"
_INSTALL = "install it: pip install scikit-learn"

_TEST_EVERY = 5
_WHITE = 16  # the largest value there


def load_digits(profile: DigitsProfile, progress: Progress) -> Source:
    """Every fifth image is a test image (360), the other 1,437 are for training."""
    values, digits = _read()
    pixels = (values * 255 + _WHITE // 2) // _WHITE
    stored = np.stack([resized_channels(image[None], profile) for image in pixels.astype(np.uint8)])
    images, labels = torch.from_numpy(stored), torch.from_numpy(digits)
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


def _read() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Values from 0 to 16 (1797, 8, 8), and the digits (1797,), from scikit-learn's own file.

    To import scikit-learn takes a second, and to read the file a hundredth of it.
    """
    package = find_spec("sklearn")
    if package is None or package.origin is None:
        raise DataError("scikit-learn, which has the digits, is not installed", hint=_INSTALL)
    rows = np.loadtxt(Path(package.origin).parent / _FILE, delimiter=",", dtype=np.int64)
    return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1].copy()


def _image_set(images: Tensor, labels: Tensor, chosen: Tensor, limit: int) -> ImageSet:
    """The images that are chosen, at most `limit` of each class; 0 is all."""
    rows = chosen.nonzero().flatten()
    whole = ImageSet(images, rows, labels[rows])
    return whole.part(first_of_each_class(whole.labels, limit))
