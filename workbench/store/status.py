"""`status.json`: where a run stands, small enough to read for every row of a list."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from workbench.events import (
    BestImproved,
    Continued,
    Ended,
    EpochEnded,
    Event,
    Paused,
    Released,
    Started,
    Steps,
)
from workbench.store import layout
from workbench.store.atomic import json_bytes, write_bytes
from workbench.store.files import read_json, what_failed
from workbench.store.text import CleanText, clean

State = Literal[
    "queued",
    "running",
    "paused",
    "finished",
    "stopped",
    "failed",
    "diverged",
    "interrupted",
    "unreadable",
]

ACTIVE: frozenset[State] = frozenset({"queued", "running", "paused"})
"""States that hold only while the run's owner lives."""

Number = Annotated[float, BeforeValidator(lambda value: math.nan if value is None else value)]
"""A float that was written as null where it was not finite."""

Count = Annotated[int, Field(ge=0, lt=2**53)]


class Best(BaseModel):
    """The best value of the metric that early stopping follows, after `step` steps."""

    model_config = ConfigDict(frozen=True)

    metric: CleanText
    value: Number
    epoch: Count
    step: Count = 0


class Status(BaseModel):
    """Unknown keys are ignored, so that a later version's file can be read."""

    model_config = ConfigDict(frozen=True)

    state: State = "queued"
    reason: CleanText = ""
    """Why the run ended, or why its status cannot be read; a sentence for people."""
    warning: CleanText = ""
    """What is wrong without ending the run, as a checkpoint that the disk refuses; for people."""
    attempt: Count = 0
    """1 for the first training, one more for each resume; 0 before any."""
    epoch: Count = 0
    """The epoch last heard of, from 0."""
    epochs_done: Count = 0
    step: Count = 0
    """Steps done."""
    epochs: Count = 0
    """Epochs of the whole run; 0 while unknown."""
    steps: Count = 0
    """Steps of the whole run, unless it ends early; 0 while unknown."""
    best: Best | None = None
    metrics: dict[CleanText, Number] = {}
    """The last known value by name: the epoch's metrics, and the last step's columns."""
    images_per_second: Number = math.nan
    seconds: Number = 0.0
    """The loop's time so far, over all attempts, evaluation included."""
    created: float | None = None
    started: float | None = None
    """When the first attempt began; this and the other times in seconds since 1970."""
    updated: float | None = None
    """The heartbeat."""
    ended: float | None = None
    changed: float | None = Field(default=None, exclude=True)
    """When the file was written, by the clock of its disk; never in the file itself."""

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_handed_over(self) -> bool:
        """Let go of by the process that trained it, for one that has not begun yet."""
        return self.state == "queued" and self.attempt > 0


def read_status(run: Path) -> Status:
    """The status as written, never an exception.

    Without a file nothing was ever recorded: the run is queued. A file that
    cannot be read gives the state `unreadable`, with the reason.
    """
    path = run / layout.STATUS
    try:
        status = Status.model_validate(read_json(path))
        return status.model_copy(update={"changed": path.stat().st_mtime})
    except FileNotFoundError:
        return Status()
    except ValidationError as error:
        first = error.errors()[0]
        problem = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    except (OSError, ValueError) as error:
        problem = what_failed(error)
    return Status(state="unreadable", reason=clean(f"{layout.STATUS}: {problem}"))


def write_status(run: Path, status: Status) -> None:
    """Replace `status.json`, with a new heartbeat. Raises `WriteError`."""
    write_bytes(run / layout.STATUS, status_bytes(status))


def status_bytes(status: Status) -> bytes:
    """What `write_status` writes now."""
    stamped = status.model_copy(update={"updated": time.time()})
    # Python's mode, not JSON's: orjson writes a non-finite number as null.
    return json_bytes(stamped.model_dump())


def begun(previous: Status, attempt: int) -> Status:
    """The status at the start of an attempt; what is known of earlier ones stays."""
    now = time.time()
    return previous.model_copy(
        update={
            "state": "running",
            "reason": "",
            "warning": "",
            "attempt": attempt,
            "created": previous.created or now,
            "started": previous.started or now,
            "ended": None,
        }
    )


def advanced(status: Status, event: Event) -> Status:
    """The status after an event."""
    changes: dict[str, object]
    match event:
        case Started():
            changes = _after_start(status, event)
        case Steps():
            changes = _after_steps(status, event)
        case EpochEnded():
            changes = _after_epoch(status, event)
        case BestImproved(metric, value, epoch, step):
            changes = {"best": Best(metric=metric, value=value, epoch=epoch, step=step)}
        case Paused():
            changes = {"state": "paused"}
        case Continued():
            changes = {"state": "running"}
        case Ended():
            changes = _after_end(event)
        case Released(step):
            changes = {"state": "queued", "step": step, "reason": "handed over"}
        case _:
            changes = {}
    return status.model_copy(update=changes)


def _after_start(status: Status, event: Started) -> dict[str, object]:
    # A best epoch that will be trained again is not known any more.
    stays = status.best is not None and status.best.step <= event.first_step
    return {
        "state": "running",
        "epochs": event.epochs,
        "steps": event.steps,
        "step": event.first_step,
        "epoch": event.epochs_done,
        "epochs_done": event.epochs_done,
        "best": status.best if stays else None,
    }


def _after_steps(status: Status, event: Steps) -> dict[str, object]:
    last = {name: float(column[-1]) for name, column in event.columns.items() if len(column)}
    return {
        "epoch": event.epoch,
        "step": event.first_step + len(event),
        "metrics": {**status.metrics, **last},
        "images_per_second": event.images_per_second,
        "seconds": event.seconds,
    }


def _after_epoch(status: Status, event: EpochEnded) -> dict[str, object]:
    return {
        "epoch": event.epoch,
        "epochs_done": event.epoch + 1,
        "step": event.step,
        "metrics": {**status.metrics, **event.metrics},
        "seconds": event.seconds,
    }


def _after_end(event: Ended) -> dict[str, object]:
    return {
        "state": event.state,
        "step": event.step,
        "reason": clean(event.reason),
        "seconds": event.seconds,
        "ended": time.time(),
    }
