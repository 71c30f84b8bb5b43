"""Which image files a folder holds: train and test sets of classes, or classes alone."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.config.wording import printable
from workbench.errors import DataError

EXTENSIONS = frozenset(
    (".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".ppm", ".pgm", ".tif", ".tiff")
)
_LAYOUT = "images belong in train/<class>/ and test/<class>/ below data.root, or in <class>/ alone"
_SETS = ("train", "test")
_UNUSED = ("val", "valid", "validation")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ImageFile:
    """An image file and what tells that it is still the same one."""

    path: Path
    identity: tuple[int, ...]
    """Device, inode, size, and the times of the last change of content and of status, which
    new permissions change too; () where nothing is to be learned."""
    label: int


@dataclass(frozen=True)
class Listing:
    classes: tuple[str, ...]
    """The class folders' names, sorted; the same in both sets."""
    train: tuple[ImageFile, ...]
    """Class by class, each sorted by name."""
    test: tuple[ImageFile, ...]
    """Like `train`; empty where the folder has no test set of its own."""


def list_images(root: Path, train_per_class: int, test_per_class: int) -> Listing:
    """What there is below `root`, at most so many files of each class (0 is all).

    Raises:
        DataError: something is missing or unreadable, or the classes of the
            sets differ.
    """
    _check_names(root)
    train, test = root / "train", root / "test"
    if not _has_folders(train) and not _has_folders(test):
        classes = _classes(root)
        return Listing(classes, _list_files(root, classes, train_per_class), ())
    classes = _classes(train)
    has_test = os.path.lexists(test)
    if has_test:
        _check_same_classes(root, classes, _class_folders(test))
    _warn_of_unused(root)
    train_files = _list_files(train, classes, train_per_class)
    return Listing(
        classes, train_files, _list_files(test, classes, test_per_class) if has_test else ()
    )


def _check_names(root: Path) -> None:
    """Refuse `Train` or `TEST` with class folders: they would be classes, or not be used."""
    hint = "set data.root to the folder that holds train and test, or the class folders"
    for entry in _entries(root, hint):
        right = entry.name.lower()
        if right in _SETS and entry.name != right and _has_folders(root / entry.name):
            raise DataError(
                f"{_name(root / entry.name)} holds class folders, but its name is not {right}",
                path=root / entry.name,
                hint=f"rename it to {right}; {_LAYOUT}",
            )


def _has_folders(folder: Path) -> bool:
    """Whether this is a set. A folder of images may be a class that is called train."""
    return folder.is_dir() and any(map(_is_folder, _entries(folder)))


def _classes(folder: Path) -> tuple[str, ...]:
    names = _class_folders(folder)
    if len(names) < 2:
        raise DataError(
            f"{_name(folder)} has only one class, {printable(names[0])}",
            path=folder,
            hint=f"classification needs at least two class folders; {_LAYOUT}",
        )
    return names


def _class_folders(folder: Path) -> tuple[str, ...]:
    names = sorted(entry.name for entry in _entries(folder) if _is_folder(entry))
    if not names:
        raise DataError(f"{_name(folder)} has no class folders", path=folder, hint=_LAYOUT)
    for name in names:
        _check_text(folder / name)
    return tuple(names)


def _check_text(folder: Path) -> None:
    """A class name goes into profiles, JSON and the weights' metadata: all are Unicode."""
    try:
        folder.name.encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"the name of class folder {_name(folder)} is not UTF-8",
            path=folder,
            hint="rename the folder",
        ) from error


def _check_same_classes(root: Path, train: Sequence[str], test: Sequence[str]) -> None:
    if train != test:
        raise DataError(
            f"{_name(root)}: test has other classes than train ({_difference(train, test)})",
            path=root / "test",
            hint="give both sets the same class folders",
        )


def _difference(train: Sequence[str], test: Sequence[str]) -> str:
    parts = []
    for where, names in (
        ("only in train", set(train) - set(test)),
        ("only in test", set(test) - set(train)),
    ):
        if names:
            few = map(printable, sorted(names)[:5])
            parts.append(f"{where}: {', '.join(few)}{', …' * (len(names) > 5)}")
    return "; ".join(parts)


def _warn_of_unused(root: Path) -> None:
    for folder in (root / name for name in _UNUSED):
        if folder.is_dir():
            _log.warning(
                "%s is not used: data.validation is taken out of train, the test set is test",
                _name(folder),
            )


def _list_files(folder: Path, classes: Sequence[str], limit: int) -> tuple[ImageFile, ...]:
    files: list[ImageFile] = []
    for label, name in enumerate(classes):
        # scandir, since a Path object for each of a million entries takes longer than the rest.
        images = [entry for entry in _entries(folder / name) if _is_image(entry)]
        if not images:
            raise DataError(
                f"{_name(folder / name)} has no image files",
                path=folder / name,
                hint=f"put images right there ({', '.join(sorted(EXTENSIONS))})"
                " or remove the folder",
            )
        images.sort(key=lambda entry: entry.name)
        files += [_image_file(entry, label) for entry in images[: limit or None]]
    return tuple(files)


def _image_file(entry: os.DirEntry[str], label: int) -> ImageFile:
    try:
        status = entry.stat()
    except OSError:  # such as a link that leads nowhere: decoding tells why, of all such files
        return ImageFile(Path(entry.path), (), label)
    # Size and time alone may agree by chance: tools that make the same archive
    # each time give all files one time, and uncompressed images have one size.
    place = (status.st_dev, status.st_ino)
    content = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return ImageFile(Path(entry.path), place + content, label)


def _is_image(entry: os.DirEntry[str]) -> bool:
    extension = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - a Path for each: see above
    named_so = extension in EXTENSIONS and not entry.name.startswith(".")
    return named_so and not entry.is_dir(follow_symlinks=False)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Not a hidden one. A link that leads nowhere might have been a class: that is an error."""
    if entry.name.startswith("."):
        return False
    if not entry.is_symlink():
        return entry.is_dir()
    try:
        return stat.S_ISDIR(entry.stat().st_mode)
    except OSError as error:
        raise _refused(Path(entry.path), error) from error


def _entries(folder: Path, hint: str = _LAYOUT) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError as error:
        raise DataError(f"there is no folder {_name(folder)}", path=folder, hint=hint) from error
    except NotADirectoryError as error:
        message = f"{_name(folder)} is a file, not a folder"
        raise DataError(message, path=folder, hint=hint) from error
    except OSError as error:
        raise _refused(folder, error) from error


def _refused(path: Path, error: OSError) -> DataError:
    return DataError(
        f"{_name(path)} cannot be read: {error.strerror}",
        path=path,
        hint="repair or remove it, or ask for permission to read it",
    )


def _name(path: Path) -> str:
    return printable(str(path))
