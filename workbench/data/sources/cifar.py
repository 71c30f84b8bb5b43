"""CIFAR-10 and CIFAR-100, in the files that torchvision keeps, downloaded where they are missing.

The files are pickles. torchvision's classes unpickle only what has the checksum
they know, and so nothing else is read here.
"""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path
from typing import Any

import torch

from workbench.config.data import CifarSection
from workbench.data.source import ImageSet, Progress, Source
from workbench.data.sources.arrays import array_source
from workbench.data.sources.download import Archive, available
from workbench.errors import DataError


def load_cifar10(profile: CifarSection, progress: Progress) -> Source:
    """50,000 training and 10,000 test images in 10 classes; raises `DataError`."""
    # Takes half a second: only who trains on it waits for it.
    from torchvision.datasets import CIFAR10

    return load_cifar(CIFAR10, profile, progress)


def load_cifar100(profile: CifarSection, progress: Progress) -> Source:
    """50,000 training and 10,000 test images in 100 classes; raises `DataError`."""
    from torchvision.datasets import CIFAR100

    return load_cifar(CIFAR100, profile, progress)


def load_cifar(dataset: Any, profile: CifarSection, progress: Progress) -> Source:
    """Both sets of torchvision's class `dataset`, or of one that has its attributes.

    These say where the archive is, which folder it holds, and each file's md5.

    Raises:
        DataError: the data is not there and cannot be downloaded, or is damaged.
    """
    archive = Archive(dataset.url, dataset.filename, dataset.tgz_md5, dataset.base_folder)
    available(archive, profile.root, progress)
    progress("reading images", 0, 2)
    train = _read(dataset, profile.root, train=True)
    progress("reading images", 1, 2)
    test = _read(dataset, profile.root, train=False)
    progress("reading images", 2, 2)
    classes = tuple(map(str, train.classes))
    return array_source(_image_set(train), _image_set(test), classes, profile, progress)


def _read(dataset: Any, root: Path, *, train: bool) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # numpy's word on how such old files spell a type
            return dataset(root, train=train)
    except (RuntimeError, OSError) as error:
        raise _damaged(dataset, root) from error


def _damaged(dataset: Any, root: Path) -> DataError:
    """Which file of the folder is at fault."""
    folder = root / dataset.base_folder
    meta = (dataset.meta["filename"], dataset.meta["md5"])
    for name, md5 in (*dataset.train_list, *dataset.test_list, meta):
        fault = _fault(folder / name, md5)
        if fault:
            return DataError(
                f"{folder / name} {fault}",
                path=folder / name,
                hint=f"remove the folder {folder}, and it is unpacked from {dataset.filename}"
                " beside it, or downloaded again",
            )
    return DataError(f"{folder} changed while it was read", path=folder, hint="try again")


def _fault(path: Path, md5: str) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    found = digest.hexdigest()
    return "" if found == md5 else f"is damaged: its md5 is {found}, not {md5}"


def _image_set(read: Any) -> ImageSet:
    # torchvision turns the file's (n, channels, height, width) around, without a copy.
    stored = torch.from_numpy(read.data.transpose(0, 3, 1, 2))
    return ImageSet(stored, torch.arange(len(stored)), torch.tensor(read.targets))
