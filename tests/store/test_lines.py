from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
import pytest

from workbench.events import (
    BestImproved,
    CheckpointReady,
    ConfusionCounted,
    Ended,
    EpochEnded,
    Event,
    FiltersChanged,
    Paused,
    Started,
    Steps,
)
from workbench.store.lines import Record, decode, encode, record_of


def _write(file: object) -> None:
    """Nothing."""


def _read_back(event: Event) -> Record | None:
    record = record_of(event)
    return None if record is None else decode(encode(record))


@pytest.mark.parametrize(
    ("event", "record"),
    [
        (
            Started(2, 8, 4, 0, 100, "cpu"),
            {"event": "started", "epochs": 2, "steps": 8, "steps_per_epoch": 4}
            | {"first_step": 0, "parameters": 100, "device": "cpu", "epochs_done": 0},
        ),
        (
            Steps(3, 12, {"loss": [1.5, math.nan], "lr": (0.1, 0.1)}, 9.0, 1.0),
            {"event": "steps", "epoch": 3, "first_step": 12, "seconds": 1.0}
            | {"loss": [1.5, None], "lr": [0.1, 0.1]},
        ),
        (
            EpochEnded(3, 16, MappingProxyType({"val/loss": math.inf}), 2.0),
            {"event": "epoch", "epoch": 3, "step": 16, "metrics": {"val/loss": None}, "seconds": 2},
        ),
        (
            BestImproved("val/accuracy", 0.5, 3, 16, _write),
            {"event": "best", "metric": "val/accuracy", "value": 0.5, "epoch": 3, "step": 16},
        ),
        (
            ConfusionCounted(3, 16, "test", ("cat", "dog"), [[3, 1], (0, 4)]),
            {"event": "confusion", "epoch": 3, "step": 16, "split": "test"}
            | {"classes": ["cat", "dog"], "counts": [[3, 1], [0, 4]]},
        ),
        (
            Ended("diverged", 7, "loss became NaN", 1.0),
            {"event": "ended", "state": "diverged", "step": 7, "reason": "loss became NaN"}
            | {"seconds": 1.0},
        ),
        (Paused(4), None),
        (CheckpointReady(0, 4, False, _write), None),
    ],
)
def test_an_event_and_its_line(event: Event, record: Record | None) -> None:
    assert _read_back(event) == record


def test_single_precision_values_are_written_short_and_double_ones_whole() -> None:
    third = 1 / 3
    line = encode(
        record_of(Steps(0, 0, {"loss": [float(np.float32(third))], "lr": [third]}, 1, 1)) or {}
    )
    assert b'"loss":[0.33333334]' in line
    assert f'"lr":[{third}]'.encode() in line


def test_filters_beyond_the_limit_are_the_first_that_fit() -> None:
    record = _read_back(FiltersChanged(0, 4, "conv", (512, 3, 7, 7), [0.0] * (512 * 147)))
    assert record is not None
    assert record["shape"] == [68, 3, 7, 7]
    assert len(record["weights"]) == 68 * 147


@pytest.mark.parametrize(("classes", "has_line"), [(100, True), (101, False)])
def test_a_confusion_table_of_more_than_100_classes_has_no_line(
    classes: int, has_line: bool
) -> None:
    counts = [[0] * classes] * classes
    names = [f"class {number}" for number in range(classes)]
    record = record_of(ConfusionCounted(0, 4, "val", names, counts))
    assert (record is not None) == has_line


def test_a_filter_that_does_not_fit_alone_has_no_line() -> None:
    assert record_of(FiltersChanged(0, 4, "conv", (1, 101, 10, 10), [0.0] * 10_100)) is None


@pytest.mark.parametrize(
    "line", [b"", b"{", b"[1]", b"null", b'{"event":3}', b"\xff", b'{"event":"x","format":2}']
)
def test_a_damaged_or_foreign_line_is_no_record(line: bytes) -> None:
    assert decode(line) is None
