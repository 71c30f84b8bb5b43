"""What a run tells the world, and what the world may ask of it.

`Trainer.train()` yields these; `store.record()` writes them and passes them
on. Steps and epochs count from 0; `step` in every event but `Steps` is the
number of steps done. A checkpoint travels as a `write` callable, so that the
store sees bytes and no tensor.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import BinaryIO, Literal

Write = Callable[[BinaryIO], None]
"""Writes one whole file to an open binary file."""

EndState = Literal["finished", "stopped", "failed", "diverged"]


class Request(Enum):
    """What the trainer is asked between two steps."""

    GO_ON = "go on"
    CHECKPOINT = "checkpoint"
    """Write a checkpoint now, then go on."""
    PAUSE = "pause"
    STOP = "stop"
    RELEASE = "release"
    """Write a checkpoint and let go of the run: another process goes on from there."""


@dataclass(frozen=True, slots=True)
class Started:
    """Training begins, or goes on after a resume, at `first_step`."""

    epochs: int
    steps: int
    """Steps of the whole run, unless it ends early."""
    steps_per_epoch: int
    first_step: int
    parameters: int
    device: str
    epochs_done: int = 0
    """Epochs trained and evaluated before `first_step`."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps since the last flush, as columns of equal length.

    `loss` is the batch's mean loss before the update, `accuracy` the batch's
    share of right answers, `lr` the learning rate used, `grad_norm` the global
    gradient norm before clipping (in epochs that clip).
    """

    epoch: int
    first_step: int
    columns: Mapping[str, Sequence[float]]
    images_per_second: float
    """Mean since the first flush of this attempt; NaN before the second."""
    seconds: float
    """The loop's time so far, as in `EpochEnded`."""

    def __len__(self) -> int:
        return len(self.columns["loss"])


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """Metrics known after `step` steps, by name (`train/loss`, `val/accuracy`, `lr`, ...).

    The test set's metrics of the best weights come as one more of these, after
    the last epoch.
    """

    epoch: int
    step: int
    metrics: Mapping[str, float]
    seconds: float
    """The loop's time so far, over all attempts, evaluation included."""


@dataclass(frozen=True, slots=True)
class FiltersChanged:
    """The first convolution's weights, flattened in C order."""

    epoch: int
    step: int
    layer: str
    shape: tuple[int, ...]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class ConfusionCounted:
    """Which classes a set's images were taken for, by the best weights so far."""

    epoch: int
    """The epoch of these weights."""
    step: int
    split: str
    """`val` or `test`."""
    classes: Sequence[str]
    counts: Sequence[Sequence[int]]
    """Rows are true classes, columns predicted ones, in the order of `classes`."""


@dataclass(frozen=True, slots=True)
class BestImproved:
    """A new best value of the metric that early stopping follows; `write` gives its weights."""

    metric: str
    value: float
    epoch: int
    step: int
    write: Write


@dataclass(frozen=True, slots=True)
class CheckpointReady:
    """Everything that a resume needs, as of `step` steps. `best` marks the best epoch's."""

    epoch: int
    step: int
    best: bool
    write: Write


@dataclass(frozen=True, slots=True)
class Paused:
    step: int


@dataclass(frozen=True, slots=True)
class Continued:
    step: int


@dataclass(frozen=True, slots=True)
class Ended:
    """The last event. `reason` is a sentence for people; empty if all epochs were trained."""

    state: EndState
    step: int
    reason: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Released:
    """The last event of an attempt whose run goes on in another process."""

    step: int


Event = (
    Started
    | Steps
    | EpochEnded
    | FiltersChanged
    | ConfusionCounted
    | BestImproved
    | CheckpointReady
    | Paused
    | Continued
    | Ended
    | Released
)
