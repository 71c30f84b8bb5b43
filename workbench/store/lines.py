"""Events as lines of a metrics file, one JSON object each.

    {"event":"steps","attempt":1,"time":…,"epoch":3,"first_step":1173,"seconds":…,"loss":[…],…}

Steps come in columns, one line per flush: a million steps in columns take a
quarter of the space and a tenth of the reading time of a line per step. The
first line of a file carries `"format":1`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson

from workbench.events import (
    BestImproved,
    ConfusionCounted,
    Ended,
    EpochEnded,
    Event,
    FiltersChanged,
    Started,
    Steps,
)

FORMAT = 1
MAX_FILTER_VALUES = 10_000
MAX_CONFUSION_CLASSES = 100
"""10,000 counts at most; a larger table has no line."""

_NAMES: dict[type, str] = {
    Started: "started",
    EpochEnded: "epoch",
    ConfusionCounted: "confusion",
    BestImproved: "best",
    Ended: "ended",
}
"""Events whose fields are the line, but for `write`."""

Record = dict[str, Any]
"""One line as read: its keys are checked by whoever uses them."""


def record_of(event: Event) -> Record | None:
    """The event's line without attempt and time; None for an event that has no line."""
    if isinstance(event, Steps):
        columns = {name: _compact(column) for name, column in event.columns.items()}
        return {
            "event": "steps",
            "epoch": event.epoch,
            "first_step": event.first_step,
            "seconds": event.seconds,
            **columns,
        }
    if isinstance(event, FiltersChanged):
        return _filters(event)
    if isinstance(event, ConfusionCounted) and len(event.classes) > MAX_CONFUSION_CLASSES:
        return None
    if type(event) not in _NAMES:
        return None
    names = (field.name for field in fields(event) if field.name != "write")
    return {"event": _NAMES[type(event)], **{name: getattr(event, name) for name in names}}


def encode(record: Record) -> bytes:
    """One line with its line break; a non-finite number becomes null."""
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_SERIALIZE_NUMPY
    return orjson.dumps(record, default=dict, option=options)  # any Mapping is an object


def decode(line: bytes) -> Record | None:
    """The record in a line, or None where the line is damaged or of another format."""
    try:
        record = orjson.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or not isinstance(record.get("event"), str):
        return None
    return record if record.get("format", FORMAT) == FORMAT else None


def _filters(event: FiltersChanged) -> Record | None:
    """The first filters that fit; None if not even one does."""
    size = max(math.prod(event.shape[1:]), 1)
    count = min(event.shape[0], MAX_FILTER_VALUES // size)
    if not count:
        return None
    return {
        "event": "filters",
        "epoch": event.epoch,
        "step": event.step,
        "layer": event.layer,
        "shape": [count, *event.shape[1:]],
        "weights": _compact(event.weights[: count * size]),
    }


def _compact(values: Sequence[float]) -> npt.NDArray[np.floating]:
    """Values that came from single precision as such: orjson then writes 9 digits, not 17."""
    double = np.array(values, dtype=np.float64)
    with np.errstate(over="ignore"):
        single = double.astype(np.float32)
    return single if np.array_equal(double, single, equal_nan=True) else double
