"""What a confusion table tells: how often each class is right, and what it is taken for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
"""Shape (classes, classes): row the true class, column the predicted one."""


@dataclass(frozen=True)
class Mistaken:
    """A class that a model does not always know."""

    index: int
    accuracy: float
    samples: int
    taken_for: tuple[tuple[int, int], ...]
    """The other classes that it was taken for, each with its count, the most frequent first."""


def per_class_accuracy(counts: Counts) -> NDArray[np.float64]:
    """Share of each true class's samples that are right (its recall), shape (classes,).

    NaN for a class without samples.
    """
    samples = counts.sum(axis=1)
    accuracies = np.full(len(counts), np.nan)
    np.divide(counts.diagonal(), samples, out=accuracies, where=samples > 0)
    return accuracies


def worst_classes(counts: Counts, limit: int) -> list[Mistaken]:
    """The `limit` classes with the lowest accuracy below 1, the lowest first.

    Classes without samples are not among them; of equal ones the first come first.
    """
    accuracies = per_class_accuracy(counts)
    order = np.argsort(accuracies, kind="stable")  # puts NaN last
    worst = [int(index) for index in order if accuracies[index] < 1]
    return [_mistaken(counts, index, float(accuracies[index])) for index in worst[:limit]]


def _mistaken(counts: Counts, index: int, accuracy: float) -> Mistaken:
    row = counts[index]
    others = [int(i) for i in np.argsort(-row, kind="stable") if row[i] and i != index]
    taken_for = tuple((i, int(row[i])) for i in others)
    return Mistaken(index, accuracy, int(row.sum()), taken_for)
