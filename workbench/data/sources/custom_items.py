"""A torch Dataset of a person's own, read item by item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from workbench.config.callables import foreign_code
from workbench.config.data import CustomDataProfile
from workbench.data.source import Pixels, Progress
from workbench.data.sources.arrays import resized_channels
from workbench.data.sources.custom_images import as_array, channels_first, described, eight_bits
from workbench.data.sources.pixels import seen
from workbench.data.sources.spool import spooled
from workbench.errors import CallableError

_CHUNK = 64
_READ_TWICE = 8


@dataclass
class _Reader:
    """Reads items, and keeps the labels of those it has read."""

    dataset: Any
    profile: CustomDataProfile
    what: str
    labels: list[object] = field(default_factory=list)
    first: tuple[int, ...] = ()
    """The shape of the first image."""

    def image(self, place: int) -> Pixels:
        """The item's image, uint8 (channels, height, width); its label is kept."""
        image, label = self._item(place)
        self._check_size(image, place)
        self.labels.append(label)
        return image

    def check_steady(self, count: int) -> None:
        """Refuse random items: they are read once, and would stay as they were drawn."""
        for place in range(min(_READ_TWICE, count)):
            (image, label), (same_image, same_label) = self._item(place), self._item(place)
            if not np.array_equal(image, same_image):
                raise CallableError(
                    f"{self.what}: the image of item {place} is another each time it is read",
                    hint="leave random transforms out: data.augment draws anew each epoch",
                )
            if _differ(label, same_label):
                raise CallableError(
                    f"{self.what}: the label of item {place} is another each time it is read",
                    hint="return the item that was asked for, with its own label",
                )

    def _item(self, place: int) -> tuple[Pixels, object]:
        what = f"{self.what}: item {place}"
        with foreign_code(f"{what} raised", self.profile.folder):
            item = self.dataset[place]
        if not isinstance(item, tuple | list) or len(item) != 2:
            raise CallableError(
                f"{what} is {_described_item(item)}; valid is (image, label)",
                hint="return both of them from __getitem__",
            )
        image = _pixels(item[0], what, self.profile.folder)
        if self.profile.image_size:
            image = resized_channels(image, self.profile)
        return image, item[1]

    def _check_size(self, image: Pixels, place: int) -> None:
        self.first = self.first or image.shape
        if image.shape[0] != self.first[0]:
            raise CallableError(
                f"{self.what}: item {place} has {image.shape[0]} channels, item 0 has"
                f" {self.first[0]}",
                hint="convert all images to one mode, as in image.convert('RGB')",
            )
        if image.shape != self.first:
            height, width = self.first[1:]
            raise CallableError(
                f"{self.what}: item {place} is {image.shape[2]}x{image.shape[1]} pixels, item 0 is"
                f" {width}x{height}",
                hint="set data.image_size to scale all images to one size",
            )


def read_items(
    dataset: Any, profile: CustomDataProfile, what: str, progress: Progress
) -> tuple[Tensor, list[object]]:
    """All images of a map-style dataset, uint8 (n, channels, height, width), and their labels.

    With `data.image_size` they are scaled on the way.

    Raises:
        CallableError: it raises, or its items are no (image, label) or change.
    """
    with foreign_code(f"{what}: its length raised", profile.folder):
        count = len(dataset)
    if count == 0:
        raise CallableError(f"{what}: there are no images", hint="return one or more")
    reader = _Reader(dataset, profile, what)
    reader.check_steady(count)
    images = spooled(count, lambda: _chunks(reader, count, progress))
    return torch.from_numpy(images), reader.labels


def _chunks(reader: _Reader, count: int, progress: Progress) -> Iterator[Pixels]:
    reader.labels.clear()  # a full disk has them read once more
    for start in range(0, count, _CHUNK):
        stop = min(start + _CHUNK, count)
        yield np.stack([reader.image(place) for place in range(start, stop)])
        progress("reading images", stop, count)


def _pixels(image: object, what: str, folder: Path) -> Pixels:
    """uint8 (channels, height, width)."""
    if isinstance(image, Image.Image):
        with foreign_code(f"{what} raised", folder):  # a damaged file shows only here
            shown = np.atleast_3d(np.asarray(seen(image, _channels(image))))
        return np.ascontiguousarray(shown.transpose(2, 0, 1))
    array = as_array(image, what)
    if array is None:
        raise CallableError(
            f"{what}: the image is {described(image)}; valid is a PIL image, an array or a tensor",
            hint="return (image, label) from __getitem__",
        )
    pixels: Pixels = eight_bits(channels_first(array[None], what), what)[0]
    return pixels


def _differ(label: object, other: object) -> bool:
    """Whether two labels show that they do; other things than labels are told later."""
    kinds = int | float | str | np.generic | np.ndarray | Tensor
    if not isinstance(label, kinds) or not isinstance(other, kinds):
        return False
    return str(label) != str(other)  # as text, since NaN is never equal to NaN


def _channels(image: Image.Image) -> Literal[1, 3]:
    return 1 if image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode[:4] == "I;16" else 3


def _described_item(item: object) -> str:
    if isinstance(item, tuple | list):
        return f"a {type(item).__name__} of {len(item)}"
    return described(item)
