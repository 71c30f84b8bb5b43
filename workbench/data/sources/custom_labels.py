"""Labels from code of a person's own: numbers from 0, or texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import Tensor

from workbench.config.wording import nearest, shown
from workbench.data.sources.custom_images import as_array, described
from workbench.errors import CallableError

Integers = npt.NDArray[np.int64]
Values = Integers | list[str]
"""A set's labels as they were given: all numbers or all texts."""

_VALID = "valid is one whole number from 0 or one text for each image"


def label_values(labels: object, what: str) -> Values:
    """The labels of one set, from an array, a tensor, a list or anything that numpy takes.

    Raises:
        CallableError: they are neither whole numbers nor texts.
    """
    if isinstance(labels, list | tuple | range):
        array = _of_one_kind(labels, what)
    else:
        array = _array(labels, what)
    if array.ndim != 1:
        raise CallableError(
            f"{what}: labels have the shape {array.shape}; {_VALID}",
            hint="labels.argmax(1) makes numbers of one column for each class,"
            " labels.reshape(-1) of a single column",
        )
    return array.tolist() if array.dtype.kind == "U" else _whole(array, what)


def class_names(names: object, what: str) -> tuple[str, ...]:
    """The names of all classes, in the order of their numbers; raises `CallableError`."""
    found = names.tolist() if isinstance(names, np.ndarray) else names
    if not isinstance(found, list | tuple) or not all(isinstance(name, str) for name in found):
        kind = "one text" if isinstance(found, str) else described(found)
        raise CallableError(
            f"{what}: classes is {kind}; valid is a list of texts",
            hint="name the classes in the order of their numbers",
        )
    twice = [name for name, times in Counter(found).items() if times > 1]
    if twice:
        raise CallableError(
            f"{what}: the class {shown(twice[0])} is named twice",
            hint="give each class a name of its own",
        )
    return tuple(found)


def classes_of(train: Values, names: tuple[str, ...], what: str) -> tuple[str, ...]:
    """The names given, or those that the training labels make: their texts, sorted, or numbers.

    Raises:
        CallableError: there is one class only, or a number is left out.
    """
    present: list[Any] = (
        sorted(set(train)) if isinstance(train, list) else np.unique(train).tolist()
    )
    if len(present) < 2:
        raise CallableError(
            f"{what}: all training images are of one class, {shown(present[0])}",
            hint="classification needs at least two classes",
        )
    if not names and not isinstance(train, list):
        _check_all_there(present, what)
    return names or tuple(map(str, present))


def numbered(values: Values, classes: tuple[str, ...], *, by_name: bool, what: str) -> Integers:
    """Each label's place in `classes`; `by_name` where training labels are texts.

    Raises:
        CallableError: a label is no class.
    """
    if isinstance(values, list) != by_name:
        kinds = ("texts", "numbers") if by_name else ("numbers", "texts")
        raise CallableError(
            f"{what}: training labels are {kinds[0]} and test labels are {kinds[1]}",
            hint="use one of both for all images",
        )
    if isinstance(values, list):
        return _places(values, classes, what)
    wrong = np.flatnonzero((values < 0) | (values >= len(classes)))
    if wrong.size:
        raise CallableError(
            f"{what}: the label of image {wrong[0]} is {values[wrong[0]]}; valid is 0 to"
            f" {len(classes) - 1}, since there are {len(classes)} classes",
            hint="count labels from 0, and name every class if you name classes",
        )
    return values


def _places(values: list[str], classes: tuple[str, ...], what: str) -> Integers:
    place = {name: number for number, name in enumerate(classes)}
    for number, value in enumerate(values):
        if value not in place:
            near = nearest(value, classes)
            raise CallableError(
                f"{what}: the label of image {number} is {shown(value)}, which is no class",
                hint=f"did you mean '{near}'?" if near else "name it in classes, or in train",
            )
    return np.array([place[value] for value in values], np.int64)


def _array(labels: object, what: str) -> npt.NDArray[Any]:
    array = as_array(labels, what)
    if array is None and hasattr(labels, "__array__"):  # a column of a table
        array = np.asarray(labels)
    if array is None:
        raise CallableError(
            f"{what}: labels are {described(labels)}; {_VALID}", hint="return a list or an array"
        )
    return _of_one_kind(array, what) if array.dtype.kind in "OU" else array


def _of_one_kind(labels: Iterable[Any], what: str) -> npt.NDArray[Any]:
    """A list as an array. numpy would make texts of numbers that stand among texts."""
    plain = [label.item() if _is_single(label) else label for label in labels]
    texts = [isinstance(label, str) for label in plain]
    for number, (label, is_text) in enumerate(zip(plain, texts, strict=True)):
        if is_text != texts[0] or not isinstance(label, str | int | float):
            raise CallableError(
                f"{what}: the label of image {number} is {described(label)},"
                f" that of image 0 {described(plain[0])}; {_VALID}"
                if number
                else f"{what}: the label of image 0 is {described(label)}; {_VALID}",
                hint="give all images labels of one kind",
            )
    return np.array(plain)


def _is_single(label: object) -> bool:
    """Whether it is one number in numpy's or torch's clothes."""
    return isinstance(label, np.generic) or (
        isinstance(label, np.ndarray | Tensor) and label.ndim == 0
    )


def _whole(array: npt.NDArray[Any], what: str) -> Integers:
    if array.dtype.kind not in "biuf":
        raise CallableError(
            f"{what}: labels are of type {array.dtype}; {_VALID}",
            hint="convert them with .astype(int)",
        )
    # What is too large for int64 is no class either.
    wrong = np.flatnonzero(~((array >= -(2**62)) & (array <= 2**62)))
    if not wrong.size:
        whole = array.astype(np.int64)
        wrong = np.flatnonzero(whole != array)
    if wrong.size:
        raise CallableError(
            f"{what}: the label of image {wrong[0]} is {array[wrong[0]]:g}; {_VALID}",
            hint="return class numbers, not shares or measures",
        )
    return whole


def _check_all_there(present: list[int], what: str) -> None:
    """Without names, every number from 0 on has its images: another start is a mistake."""
    for expected, found in enumerate(present):
        if found != expected:
            told = (
                f"the smallest training label is {found}"
                if expected == 0
                else f"training labels go from {expected - 1} to {found}"
            )
            raise CallableError(
                f"{what}: {told}; valid is 0, 1, 2 and so on, none left out",
                hint="count labels from 0, or return a table that names the classes",
            )
