"""The confusion tables that a training tells of."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.small import a_profile, a_trainer
from workbench.data.dataset import Dataset, load_dataset
from workbench.events import BestImproved, ConfusionCounted, EpochEnded, Event


def tables_of(events: list[Event]) -> list[ConfusionCounted]:
    return [event for event in events if isinstance(event, ConfusionCounted)]


def accuracy_of(table: ConfusionCounted) -> float:
    counts = np.array(table.counts)
    return float(np.trace(counts) / counts.sum())


def test_whenever_the_best_improves_its_table_follows(dataset: Dataset) -> None:
    events = list(a_trainer(dataset).train())
    bests = [event for event in events if isinstance(event, BestImproved)]
    tables = [table for table in tables_of(events) if table.split == "val"]
    assert [(t.epoch, t.step) for t in tables] == [(best.epoch, best.step) for best in bests]
    assert [accuracy_of(table) for table in tables] == [best.value for best in bests]
    assert {tuple(table.classes) for table in tables} == {tuple("0123456789")}
    for table, best in zip(tables, bests, strict=True):
        assert events.index(table) == events.index(best) + 1


def test_the_last_table_is_of_the_test_set_by_the_weights_of_the_best_epoch(
    dataset: Dataset,
) -> None:
    *_, on_test, table, _ = events = list(a_trainer(dataset).train())
    assert isinstance(on_test, EpochEnded)
    assert isinstance(table, ConfusionCounted)
    best = [event for event in events if isinstance(event, BestImproved)][-1]
    assert (table.split, table.epoch, table.step) == ("test", best.epoch, 12)
    assert accuracy_of(table) == pytest.approx(on_test.metrics["test/accuracy"])


def test_without_a_validation_part_every_table_is_of_the_test_set() -> None:
    data = a_profile().data.model_copy(update={"validation": 0.0})
    profile = a_profile().model_copy(update={"data": data})
    events = list(a_trainer(load_dataset(data, 1), profile).train())
    bests = [event for event in events if isinstance(event, BestImproved)]
    assert [(t.split, t.epoch) for t in tables_of(events)] == [("test", b.epoch) for b in bests]
