"""A recorded confusion table, and its line of a metrics file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from workbench.store.columns import IntArray
from workbench.store.lines import MAX_CONFUSION_CLASSES, Record
from workbench.store.status import Count
from workbench.store.text import CleanText

_MAX_SAMPLES = 2**53
"""Sums up to here are exact as floats too."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """Which classes a set's images were taken for, by the best weights after `step` steps."""

    split: str
    epoch: int
    """The epoch of these weights, from 0."""
    step: int
    classes: tuple[str, ...]
    counts: IntArray
    """Shape (classes, classes): row the true class, column the predicted one."""


class _Line(BaseModel):
    model_config = ConfigDict(strict=True)  # neither true nor "3" is a count

    split: CleanText
    epoch: Count
    step: Count
    classes: Annotated[list[CleanText], Field(min_length=1, max_length=MAX_CONFUSION_CLASSES)]
    counts: Annotated[
        list[Annotated[list[Count], Field(max_length=MAX_CONFUSION_CLASSES)]],
        Field(max_length=MAX_CONFUSION_CLASSES),
    ]


def read_confusion(record: Record) -> Confusion:
    """The table of a line. Raises `ValueError` where it holds none."""
    line = _Line.model_validate(record)
    classes = tuple(line.classes)
    counts = np.array(line.counts, dtype=np.int64)  # rows of unequal length raise
    if counts.shape != (len(classes), len(classes)):
        raise ValueError("not one count for each pair of classes")
    if counts.sum(dtype=np.float64) > _MAX_SAMPLES:
        raise ValueError("more samples than can be counted")
    return Confusion(line.split, line.epoch, line.step, classes, counts)
