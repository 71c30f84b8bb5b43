"""How far a run has come, and the totals of the epoch it is in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

from pydantic import Field

from workbench.config.wording import counted
from workbench.errors import CheckpointError
from workbench.training.early_stopping import BestSoFar
from workbench.training.step_buffer import StepColumns

Count = Annotated[int, Field(ge=0, lt=2**53)]
"""What a checkpoint may say: beyond it, a float would no longer count one by one."""
Finite = Annotated[float, Field(allow_inf_nan=False)]


@dataclass(frozen=True)
class Position:
    """How far a run has come."""

    epoch: Count = 0
    """The epoch being trained, or next."""
    step: Count = 0
    """Steps done."""
    loss_sum: Finite = 0.0
    """Over the samples that the current epoch has trained so far."""
    correct: Count = 0
    samples: Count = 0
    """Of the current epoch; 0 also once it was evaluated."""
    best: BestSoFar = field(default_factory=BestSoFar)
    seconds: Annotated[Finite, Field(ge=0)] = 0.0
    """The loop's time, over all attempts."""

    def after(self, steps: StepColumns) -> Position:
        """With some more steps of the epoch done."""
        return replace(
            self,
            step=self.step + len(steps.images),
            # Step by step, so that the sum doesn't depend on where flushes fall.
            loss_sum=steps.add_losses(self.loss_sum),
            correct=self.correct + steps.correct,
            samples=self.samples + sum(steps.images),
        )

    def next_epoch(self, best: BestSoFar) -> Position:
        """At the beginning of the epoch after this one, with its totals at 0."""
        return Position(self.epoch + 1, self.step, best=best)

    @property
    def is_of_best(self) -> bool:
        """Whether the epoch that has just ended is the best one."""
        return 0 <= self.best.epoch == self.epoch - 1 and not self.samples

    @property
    def metrics(self) -> dict[str, float]:
        """The sample means of the epoch's steps, by name."""
        return {
            "train/loss": self.loss_sum / self.samples,
            "train/accuracy": self.correct / self.samples,
        }


def check_fits(position: Position, steps_per_epoch: int, total_steps: int) -> None:
    """Raises `CheckpointError` where such a training cannot have come to this position."""
    if not _fits(position, steps_per_epoch, total_steps):
        raise CheckpointError(
            f"a checkpoint of step {position.step:,} in epoch {position.epoch + 1:,} does not fit "
            f"epochs of {counted(steps_per_epoch, 'step')}",
            hint="restore what the steps of an epoch depend on: the images, data.copies, "
            "data.validation, training.batch_size, and training.max_steps",
        )


def _fits(position: Position, steps_per_epoch: int, total_steps: int) -> bool:
    begin = position.epoch * steps_per_epoch
    if position.samples:
        return begin < position.step <= begin + steps_per_epoch
    if position.step < total_steps:
        return position.step == begin
    # training.max_steps may have cut the epoch before short.
    return begin - steps_per_epoch < position.step <= begin
