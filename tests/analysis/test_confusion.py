"""Accuracies of classes, and the classes that a model knows worst."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from workbench.analysis.confusion import Mistaken, per_class_accuracy, worst_classes

Counts = NDArray[np.int64]

tables = st.integers(1, 8).flatmap(
    lambda n: arrays(np.int64, (n, n), elements=st.integers(0, 20) | st.just(0))
)

COUNTS = np.array([[6, 2, 0, 0], [0, 0, 0, 0], [5, 1, 4, 0], [0, 0, 0, 3]])


def test_the_accuracy_of_a_class_is_its_recall_and_unknown_without_samples() -> None:
    np.testing.assert_array_equal(per_class_accuracy(COUNTS), [0.75, np.nan, 0.4, 1.0])


def test_the_worst_come_first_with_what_they_are_most_often_taken_for() -> None:
    assert worst_classes(COUNTS, 5) == [
        Mistaken(2, 0.4, 10, ((0, 5), (1, 1))),
        Mistaken(0, 0.75, 8, ((1, 2),)),
    ]
    assert [each.index for each in worst_classes(COUNTS, 1)] == [2]


def test_of_equal_ones_the_first_come_first() -> None:
    counts = np.full((3, 3), 2)
    worst = worst_classes(counts, 3)
    assert [each.index for each in worst] == [0, 1, 2]
    assert [each.taken_for for each in worst] == [
        ((1, 2), (2, 2)),
        ((0, 2), (2, 2)),
        ((0, 2), (1, 2)),
    ]


@given(counts=tables)
def test_accuracies_weighted_by_samples_make_the_accuracy_of_the_set(counts: Counts) -> None:
    samples = counts.sum(axis=1)
    hits = np.nansum(per_class_accuracy(counts) * samples)
    np.testing.assert_allclose(hits, np.trace(counts))


@given(counts=tables)
def test_every_class_with_a_mistake_is_among_the_worst_and_all_its_mistakes_are_told(
    counts: Counts,
) -> None:
    mistakes = counts.sum(axis=1) - counts.diagonal()
    worst = worst_classes(counts, len(counts))
    assert {each.index for each in worst} == {*np.flatnonzero(mistakes)}
    for each in worst:
        assert sum(count for _, count in each.taken_for) == mistakes[each.index]
        taken = [count for _, count in each.taken_for]
        assert taken == sorted(taken, reverse=True)
    accuracies = [each.accuracy for each in worst]
    assert accuracies == sorted(accuracies)
