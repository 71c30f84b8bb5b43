"""Images and labels from a callable of a person's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset
from torch.utils.data import Dataset as TorchDataset

from workbench.config.callables import call, foreign_code
from workbench.config.data import CustomDataProfile
from workbench.config.wording import listed, nearest, shown
from workbench.data.source import ImageSet, Progress, Source
from workbench.data.sources.arrays import array_source
from workbench.data.sources.custom_images import described, stored_images
from workbench.data.sources.custom_items import read_items
from workbench.data.sources.custom_labels import (
    Values,
    class_names,
    classes_of,
    label_values,
    numbered,
)
from workbench.errors import CallableError

_VALID = "valid is (images, labels), a torch Dataset with a length, or a table with train"
_KEYS = ("train", "test", "classes")


@dataclass(frozen=True)
class _Part:
    """One set as it was returned, its images read."""

    what: str
    """`module:callable` and which set, for errors."""
    images: Tensor
    """uint8 (n, channels, height, width)."""
    labels: Values


def load_custom(profile: CustomDataProfile, progress: Progress) -> Source:
    """Call, read what is returned, and make it what the profile wants.

    The callable returns (images, labels), a map-style torch Dataset of (image,
    label), or a mapping with `train` and perhaps `test`, each one of those, and
    `classes`. Images are uint8, or floating point from 0 to 1; see
    `custom_images.channels_first` for their axes. Labels are 0 to k - 1, or
    texts. Without `test` the source has none.

    Raises:
        CallableError: the callable cannot be called, raises, or returns what is
            no such data.
    """
    returned, what = call(profile), profile.callable
    table = returned if isinstance(returned, Mapping) else {"train": returned}
    _check_keys(table, what)
    parts = {
        name: _part(value, f"{what}: {name}" if table is returned else what, profile, progress)
        for name, value in table.items()
        if name != "classes"
    }
    train, test = parts["train"], parts.get("test")
    classes = classes_of(train.labels, _names(table, profile), what)
    by_name = isinstance(train.labels, list)
    if test:
        _check_alike(train, test, profile)
    return array_source(
        _image_set(train, classes, by_name=by_name),
        _image_set(test, classes, by_name=by_name) if test else None,
        classes,
        profile,
        progress,
    )


def _check_keys(table: Mapping[Any, Any], what: str) -> None:
    for key in table:
        if key not in _KEYS:
            near = nearest(str(key), _KEYS)
            raise CallableError(
                f"{what} returned a table with {shown(key)}; valid is {listed(_KEYS, 'and')}",
                hint=f"did you mean '{near}'?"
                if near
                else "leave it out; data.validation takes a validation part out of train",
            )
    if "train" not in table:
        raise CallableError(
            f"{what} returned a table without train",
            hint="return (images, labels) or a torch Dataset as its train",
        )


def _names(table: Mapping[str, Any], profile: CustomDataProfile) -> tuple[str, ...]:
    """Those that were returned, or that the training Dataset knows; () where there are none."""
    what = profile.callable
    if "classes" in table:
        return class_names(table["classes"], what)
    with foreign_code(f"{what}: classes raised", profile.folder):
        known = getattr(table["train"], "classes", ())
    is_texts = isinstance(known, list | tuple) and all(isinstance(name, str) for name in known)
    return class_names(known, what) if is_texts else ()


def _part(returned: Any, what: str, profile: CustomDataProfile, progress: Progress) -> _Part:
    if isinstance(returned, tuple) or _is_list_of_arrays(returned):
        images, labels = _pair(returned, what)
        stored, values = stored_images(images, what, progress), label_values(labels, what)
    else:
        _check_dataset(returned, what)
        stored, given = read_items(returned, profile, what, progress)
        values = label_values(given, what)
    if len(values) != len(stored):
        raise CallableError(
            f"{what}: {len(stored)} images and {len(values)} labels",
            hint="return one label for each image",
        )
    return _Part(what, stored, values)


def _image_set(part: _Part, classes: tuple[str, ...], *, by_name: bool) -> ImageSet:
    labels = numbered(part.labels, classes, by_name=by_name, what=part.what)
    return ImageSet(part.images, torch.arange(len(labels)), torch.from_numpy(labels))


def _is_list_of_arrays(returned: object) -> bool:
    """Whether it is [images, labels]: the items of a Dataset are no arrays."""
    return (
        isinstance(returned, list)
        and len(returned) == 2
        and all(isinstance(part, np.ndarray | Tensor) for part in returned)
    )


def _pair(returned: Sequence[Any], what: str) -> tuple[Any, Any]:
    if returned and all(map(_is_set, returned)):
        raise CallableError(
            f"{what}: {len(returned)} sets were returned without their names; {_VALID}",
            hint="return {'train': …, 'test': …}; data.validation takes a validation part out of"
            " train",
        )
    if len(returned) != 2:
        raise CallableError(
            f"{what}: a {type(returned).__name__} of {len(returned)} was returned; {_VALID}",
            hint="return images and labels; a test set goes into the table's test",
        )
    return returned[0], returned[1]


def _is_set(part: object) -> bool:
    """Whether it is (images, labels) or a torch Dataset, where images or labels should be."""
    if isinstance(part, tuple | list) and len(part) == 2:
        # A list of two images has no two lists of different kinds in it.
        return isinstance(part[0], np.ndarray | Tensor) and part[0].ndim > len(np.shape(part[1]))
    return isinstance(part, TorchDataset)


def _check_dataset(returned: Any, what: str) -> None:
    if _is_map_style(returned):
        return
    found, hint = described(returned), "return one of these"
    if isinstance(returned, type):
        hint = "return an instance of it"
    elif isinstance(returned, IterableDataset):
        hint = "return a Dataset with __len__ and __getitem__"
    elif isinstance(returned, DataLoader):
        hint = "return its dataset: batches are made here"
    raise CallableError(f"{what}: {found} was returned; {_VALID}", hint=hint)


def _is_map_style(value: object) -> bool:
    """Whether it has items by number: arrays and texts have too, but none with labels."""
    if isinstance(value, type | IterableDataset | Tensor | str | bytes | Mapping):
        return False
    has_items = hasattr(value, "__getitem__") and hasattr(value, "__len__")
    return has_items and not hasattr(value, "__array__")


def _check_alike(train: _Part, test: _Part, profile: CustomDataProfile) -> None:
    """Sizes may differ where all are scaled to one."""
    shapes = [tuple(part.images.shape[1:]) for part in (train, test)]
    compared = [shape[:1] if profile.image_size else shape for shape in shapes]
    if compared[0] != compared[1]:
        raise CallableError(
            f"{profile.callable}: training images are {_size(shapes[0])}, test images"
            f" {_size(shapes[1])}",
            hint="return images of one size, or set data.image_size"
            if shapes[0][0] == shapes[1][0]
            else "return images of as many channels",
        )


def _size(shape: tuple[int, ...]) -> str:
    channels, height, width = shape
    return f"{width}x{height} pixels in {channels} channel{'s' * (channels > 1)}"
