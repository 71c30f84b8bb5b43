"""A folder of image files: `root/train/<class>/*` and `root/test/<class>/*`."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from workbench.config.data import ImageFolderProfile
from workbench.data.cache import Decoded, decoded
from workbench.data.decode import decode
from workbench.data.source import ImageSet, Progress, Source
from workbench.errors import DataError

EXTENSIONS = frozenset(
    (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
)
_CACHE_FORMAT = 1
"""To be raised when the same files would give other bytes."""
_LAYOUT = "images belong in train/<class>/ and test/<class>/ below data.root"


@dataclass(frozen=True)
class _File:
    """An image file and what tells that it is still the same one."""

    path: Path
    size: int
    mtime_ns: int
    label: int


def load_image_folder(profile: ImageFolderProfile, progress: Progress) -> Source:
    """Read both sets, from the cache where it has them.

    Raises:
        DataError: something is missing or unreadable, or the classes of the
            sets differ.
    """
    if not profile.root.is_dir():
        raise DataError(
            f"there is no folder {profile.root}",
            path=profile.root,
            hint="set data.root to the folder that holds train and test",
        )
    try:
        classes = _classes(profile.root)
        train_files = _list_files(profile.root / "train", classes, profile.train_per_class)
        test_files = _list_files(profile.root / "test", classes, profile.test_per_class)
    except OSError as error:
        raise DataError(
            f"{error.filename} cannot be read: {error.strerror}",
            path=Path(error.filename),
            hint="repair or remove it, or ask for permission to read it",
        ) from error
    train = _decoded(train_files, profile, "decoding training images", progress)
    test = _decoded(test_files, profile, "decoding test images", progress)
    _check_same_size(train, test, train_files, test_files)
    return Source(
        train=_image_set(train, train_files),
        test=_image_set(test, test_files),
        classes=classes,
        digest=hashlib.sha256(f"{train.digest} {test.digest}".encode()).hexdigest(),
    )


def _classes(root: Path) -> tuple[str, ...]:
    """The class folders' names, sorted; the same in both sets."""
    train, test = _class_folders(root / "train"), _class_folders(root / "test")
    if train != test:
        raise DataError(
            f"{root}: test has other classes than train ({_difference(train, test)})",
            path=root / "test",
            hint="give both sets the same class folders",
        )
    if len(train) < 2:
        raise DataError(
            f"{root / 'train'} has only one class, {train[0]}",
            path=root / "train",
            hint="classification needs at least two class folders",
        )
    return train


def _class_folders(folder: Path) -> tuple[str, ...]:
    if not folder.is_dir():
        raise DataError(f"there is no folder {folder}", path=folder, hint=_LAYOUT)
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if entry.is_dir() and _visible(entry.name)]
    if not names:
        raise DataError(f"{folder} has no class folders", path=folder, hint=_LAYOUT)
    return tuple(sorted(names))


def _difference(train: Sequence[str], test: Sequence[str]) -> str:
    parts = []
    for where, names in (
        ("only in train", set(train) - set(test)),
        ("only in test", set(test) - set(train)),
    ):
        if names:
            parts.append(f"{where}: {', '.join(sorted(names)[:5])}{', …' * (len(names) > 5)}")
    return "; ".join(parts)


def _list_files(folder: Path, classes: Sequence[str], limit: int) -> list[_File]:
    """Every class's image files, class by class, each sorted by name."""
    files: list[_File] = []
    for label, name in enumerate(classes):
        in_class = _class_files(folder / name, label)[: limit or None]
        if not in_class:
            raise DataError(
                f"{folder / name} has no image files",
                path=folder / name,
                hint=f"put images there ({', '.join(sorted(EXTENSIONS))}) or remove the folder",
            )
        files += in_class
    return files


def _class_files(folder: Path, label: int) -> list[_File]:
    # scandir, since a Path object for each of a million entries takes longer than the rest.
    with os.scandir(folder) as entries:
        images = sorted((entry for entry in entries if _is_image(entry)), key=lambda e: e.name)
        statuses = [(entry, entry.stat()) for entry in images]
    return [_File(Path(e.path), s.st_size, s.st_mtime_ns, label) for e, s in statuses]


def _is_image(entry: os.DirEntry[str]) -> bool:
    extension = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - see above
    # A link that leads nowhere is an image that is missing: reading its status says so.
    is_file = entry.is_file() or entry.is_symlink()
    return extension in EXTENSIONS and _visible(entry.name) and is_file


def _visible(name: str) -> bool:
    return not name.startswith(".")


def _decoded(
    files: Sequence[_File], profile: ImageFolderProfile, what: str, progress: Progress
) -> Decoded:
    paths = [file.path for file in files]
    return decoded(
        _cache_key(files, profile),
        len(files),
        lambda: decode(paths, profile.image_size, what, progress),
    )


def _cache_key(files: Sequence[_File], profile: ImageFolderProfile) -> str:
    """sha256 hex over everything that the decoded bytes depend on."""
    key = hashlib.sha256(f"format {_CACHE_FORMAT} size {profile.image_size}".encode())
    prefix = len(os.fspath(profile.root))
    for file in files:
        relative = os.fspath(file.path)[prefix:]
        key.update(f"\0{relative}\0{file.size}\0{file.mtime_ns}".encode(errors="surrogateescape"))
    return key.hexdigest()


def _check_same_size(
    train: Decoded, test: Decoded, train_files: Sequence[_File], test_files: Sequence[_File]
) -> None:
    (height, width), (test_height, test_width) = train.images.shape[2:], test.images.shape[2:]
    if (height, width) != (test_height, test_width):
        raise DataError(
            f"{test_files[0].path} is {test_width}x{test_height} pixels,"
            f" {train_files[0].path} is {width}x{height}",
            path=test_files[0].path,
            hint="set data.image_size to scale all images to one size",
        )


def _image_set(images: Decoded, files: Sequence[_File]) -> ImageSet:
    labels = np.fromiter((file.label for file in files), np.int64, len(files))
    rows = torch.arange(len(files))
    return ImageSet(torch.from_numpy(images.images), rows, torch.from_numpy(labels))
