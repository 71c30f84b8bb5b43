"""What a run did, as arrays, read from its metrics files and kept up to date."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from workbench.events import Ended, Started
from workbench.store.clock import Clock
from workbench.store.columns import Columns, FloatArray, IntArray
from workbench.store.confusion import Confusion, read_confusion
from workbench.store.lines import MAX_FILTER_VALUES, Record
from workbench.store.reader import EventReader
from workbench.store.status import Best
from workbench.store.text import clean, clean_value

_MAX_COLUMNS = 64
_MAX_METRICS = 1000
_MAX_COUNT = 2**53
_STARTED = TypeAdapter(Started)
_ENDED = TypeAdapter(Ended)


@dataclass(frozen=True, eq=False)
class Series:
    """One metric over the epochs: three arrays of equal length."""

    epochs: IntArray
    steps: IntArray
    """Steps done when the value was measured."""
    values: FloatArray


@dataclass(frozen=True, eq=False)
class Filters:
    """The first convolution's weights after `step` steps."""

    epoch: int
    step: int
    layer: str
    weights: npt.NDArray[np.float32]
    """Shape (filters, channels, k, k)."""


class History:
    """One curve of a run, over all its attempts.

    What a later attempt trained again replaces what an earlier one recorded:
    step values from the later attempt's first step on, everything else after it.
    Damaged lines are skipped and counted; nothing in a file raises.
    """

    def __init__(self, run: Path) -> None:
        self.steps = Columns()
        """The steps' columns (`loss`, `accuracy`, `lr`, ...) over the steps from 0."""
        self.started: Started | None = None
        self.ended: Ended | None = None
        """None while the last attempt has not ended."""
        self.filters: list[Filters] = []
        self._reader = EventReader(run)
        self._attempt = 0
        self._misfits = 0
        self._metrics: dict[str, Columns] = {}
        self._bests: list[Best] = []
        self._confusions: dict[tuple[str, int], Confusion] = {}
        """By split and step; what was counted once more replaces."""
        self._clock = Clock()
        self._handlers = {
            "started": self._on_started,
            "steps": self._on_steps,
            "epoch": self._on_epoch,
            "filters": self._on_filters,
            "best": self._on_best,
            "confusion": self._on_confusion,
            "ended": self._on_ended,
        }

    @property
    def dropped(self) -> int:
        """Damaged lines so far."""
        return self._reader.dropped + self._misfits

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the metrics that have a series."""
        return tuple(name for name, table in self._metrics.items() if len(table))

    @property
    def best(self) -> Best | None:
        return self._bests[-1] if self._bests else None

    @property
    def confusion(self) -> Confusion | None:
        """The last confusion table of the test set; before there is one, the last of any set."""
        tables = [*self._confusions.values()]
        tables = [table for table in tables if table.split == "test"] or tables
        return tables[-1] if tables else None

    @property
    def last_filters(self) -> Filters | None:
        return self.filters[-1] if self.filters else None

    def series(self, metric: str) -> Series:
        """A metric over the epochs; empty for one that never came."""
        table = self._metrics.get(metric)
        if table is None or not len(table):
            return Series(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        return Series(table["epoch"].astype(np.int64), table.index, table["value"])

    def seconds_at(self, counts: IntArray) -> FloatArray:
        """Seconds of training when `counts` steps were done; NaN where no time is known."""
        return self._clock.at(counts)

    def update(self) -> bool:
        """Read what was appended since the last time; True if there was anything."""
        is_new = False
        while records := self._reader.read():
            is_new = True
            for record in records:
                self._take(record)
        return is_new

    def _take(self, record: Record) -> None:
        handler = self._handlers.get(record["event"])
        if handler is None:
            return  # a later version's event
        try:
            if "step" in record:  # where the lines before it are damaged, it begins its attempt
                self._begin(record["attempt"], _count(record["step"]))
            handler(record)
        except (KeyError, TypeError, ValueError, OverflowError):
            self._misfits += 1

    def _begin(self, attempt: int, first_step: int) -> None:
        """Drop what this attempt trains again, when it is first heard of."""
        if attempt == self._attempt:
            return
        self._attempt = attempt
        self.ended = None
        self.steps.cut(first_step)
        for table in self._metrics.values():
            table.cut(first_step + 1)
        self.filters = [filters for filters in self.filters if filters.step <= first_step]
        self._bests = [best for best in self._bests if best.step <= first_step]
        self._confusions = {
            key: table for key, table in self._confusions.items() if table.step <= first_step
        }
        self._clock.begin(first_step)

    def _on_started(self, record: Record) -> None:
        started = _STARTED.validate_python(clean_value(record))
        self._begin(record["attempt"], _count(started.first_step))
        self.started = started

    def _on_steps(self, record: Record) -> None:
        first_step = _count(record["first_step"])
        columns = {
            clean(name): _array(values)
            for name, values in record.items()
            if isinstance(values, list)
        }
        if len(columns.keys() | set(self.steps.names)) > _MAX_COLUMNS:
            raise ValueError("too many columns")
        length = len(next(iter(columns.values()), ()))
        self._begin(record["attempt"], first_step)
        self.steps.append(np.arange(first_step, first_step + length), columns)
        self._clock.mark(first_step + length, _number(record.get("seconds")))

    def _on_epoch(self, record: Record) -> None:
        epoch, step = _count(record["epoch"]), _count(record["step"])
        metrics = {clean(name): value for name, value in dict(record["metrics"]).items()}
        if len(metrics.keys() | self._metrics.keys()) > _MAX_METRICS:
            raise ValueError("too many metrics")
        for name, value in metrics.items():
            table = self._metrics.setdefault(name, Columns())
            if len(table) and table.index[-1] == step:
                table.cut(step)  # a resumed attempt evaluated this epoch once more
            row = {"epoch": np.array([float(epoch)]), "value": np.array([_number(value)])}
            table.append(np.array([step]), row)
        self._clock.mark(step, _number(record.get("seconds")))

    def _on_filters(self, record: Record) -> None:
        shape = [_count(size) for size in record["shape"]]
        if math.prod(shape) > MAX_FILTER_VALUES:
            raise ValueError("too many values")
        with np.errstate(over="ignore"):
            weights = _array(record["weights"]).astype(np.float32).reshape(shape)
        counts = _count(record["epoch"]), _count(record["step"])
        if self.filters and self.filters[-1].step == counts[1]:
            self.filters.pop()  # a resumed attempt evaluated this epoch once more
        self.filters.append(Filters(*counts, clean(str(record["layer"])), weights))

    def _on_best(self, record: Record) -> None:
        best = Best.model_validate(record)
        if self._bests and self._bests[-1].step == best.step:
            self._bests.pop()
        self._bests.append(best)

    def _on_confusion(self, record: Record) -> None:
        table = read_confusion(record)
        key = table.split, table.step
        self._confusions.pop(key, None)  # the last that came is the last that is shown
        self._confusions[key] = table

    def _on_ended(self, record: Record) -> None:
        self.ended = _ENDED.validate_python(
            clean_value({**record, "seconds": _number(record["seconds"])})
        )


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value < _MAX_COUNT:
        raise ValueError("not a count")
    return value


def _number(value: object) -> float:
    """A number that may be null where it was not finite."""
    if value is None:
        return math.nan
    if not isinstance(value, int | float):
        raise TypeError("not a number")
    return float(value)


def _array(values: list[object]) -> FloatArray:
    try:  # two to three times as fast as numpy: half of what a long history takes
        packed = struct.pack(f"{len(values)}d", *values)
    except struct.error:
        return _array_with_gaps(values)
    return np.frombuffer(packed, dtype=np.float64)


def _array_with_gaps(values: list[object]) -> FloatArray:
    array = np.array(values, dtype=np.float64)  # null becomes NaN
    if array.ndim != 1:
        raise ValueError("not a list of numbers")
    return array
