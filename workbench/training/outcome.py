"""How a training ends, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass

from workbench.config.training import TrainingProfile
from workbench.config.wording import counted
from workbench.events import EndState
from workbench.training.position import Position


@dataclass(frozen=True)
class Outcome:
    """How a training ended."""

    state: EndState
    reason: str = ""
    """For people; empty if all epochs were trained."""


def diverged(loss: float, step: int) -> Outcome:
    """A loss that is not finite after `step` steps."""
    what = "NaN" if math.isnan(loss) else "infinite"
    return Outcome("diverged", f"loss became {what} at step {step}")


def stopped(position: Position) -> Outcome:
    return Outcome("stopped", f"stopped after {counted(position.step, 'step')}")


def completion(training: TrainingProfile, position: Position) -> Outcome | None:
    """The end of a training that has come to its end; None while there is something left to do."""
    if position.samples:
        return None  # the epoch's evaluation is still to come
    best = position.best
    if best.is_over(training.early_stopping):
        waited = counted(best.waited, "epoch")
        return Outcome("finished", f"early stopping after {waited} without gain")
    if position.epoch >= training.epochs:
        return Outcome("finished")
    if training.max_steps and position.step >= training.max_steps:
        return Outcome("finished", f"training.max_steps = {training.max_steps} reached")
    return None
