"""A run's metrics lines as the events they once were, for a view of a training.

A line that lacks something, or holds what no training writes, is left out: the
folder may be a stranger's.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from workbench.events import EpochEnded, Event, Started, Steps
from workbench.store.lines import Record
from workbench.store.status import Count, Number
from workbench.store.text import CleanText

MAX_METRICS = 32
"""Metrics in an epoch's line; with more it is not shown."""

Line = TypeVar("Line", bound=BaseModel)
Column = Annotated[list[Number], Field(min_length=1)]


class _StartedLine(BaseModel):
    epochs: Count
    steps: Count
    steps_per_epoch: Count
    first_step: Count
    parameters: Count
    device: CleanText
    epochs_done: Count = 0

    def event(self) -> Started:
        return Started(**self.model_dump())


class _EpochLine(BaseModel):
    epoch: Count
    step: Count
    metrics: Annotated[dict[CleanText, Number], Field(max_length=MAX_METRICS)]

    def event(self) -> EpochEnded:
        return EpochEnded(self.epoch, self.step, self.metrics, math.nan)


class _StepsLine(BaseModel):
    epoch: Count
    first_step: Count
    loss: Column
    accuracy: Column

    def event(self, rate: float) -> Steps:
        columns = {"loss": self.loss, "accuracy": self.accuracy}
        return Steps(self.epoch, self.first_step, columns, rate, math.nan)


class Replay:
    """Turns the records of one run, in their order, into events."""

    def __init__(self) -> None:
        self._has_started = False

    def events(self, records: Iterable[Record], rate: float) -> Iterator[Event]:
        """Starts and epochs, then the latest steps, with `rate` in images per second."""
        latest: Record = {}
        for record in records:
            match record["event"]:
                case "started" if started := _read(_StartedLine, record):
                    self._has_started, latest = True, {}
                    yield started.event()
                case "epoch" if epoch := _read(_EpochLine, record):
                    yield epoch.event()
                case "steps":
                    latest = record
                case _:
                    pass  # of a later version, or not for a view
        if self._has_started and (steps := _read(_StepsLine, latest)):
            yield steps.event(rate)


def _read(line: type[Line], record: Record) -> Line | None:
    try:
        return line.model_validate(record)
    except ValidationError:
        return None
