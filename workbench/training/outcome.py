"""How a training ends, and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from workbench.config.training import TrainingProfile
from workbench.config.wording import counted
from workbench.events import EndState, Request
from workbench.training.position import Position


@dataclass(frozen=True)
class Outcome:
    """How a training ended; "released" is the end of this attempt alone."""

    state: EndState | Literal["released"]
    reason: str = ""
    """For people; empty if all epochs were trained."""


def diverged(loss: float, step: int) -> Outcome:
    """A loss that is not finite after `step` steps."""
    what = "NaN" if math.isnan(loss) else "infinite"
    return Outcome("diverged", f"loss became {what} at step {step}")


def stopped(position: Position) -> Outcome:
    return Outcome("stopped", f"stopped after {counted(position.step, 'step')}")


def asked_for(request: Request, position: Position) -> Outcome | None:
    """The end that a request asks for; None for a request after which training goes on."""
    match request:
        case Request.STOP:
            return stopped(position)
        case Request.RELEASE:
            return Outcome("released")
        case _:
            return None


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
