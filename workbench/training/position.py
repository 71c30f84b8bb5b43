"""How far a run has come, and the totals of the epoch it is in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from workbench.config.wording import counted
from workbench.errors import CheckpointError
from workbench.training.early_stopping import BestSoFar
from workbench.training.step_buffer import StepColumns


@dataclass(frozen=True)
class Position:
    """How far a run has come."""

    epoch: int = 0
    """The epoch being trained, or next."""
    step: int = 0
    """Steps done."""
    loss_sum: float = 0.0
    """Over the samples that the current epoch has trained so far."""
    correct: int = 0
    samples: int = 0
    """Of the current epoch; 0 also once it was evaluated."""
    best: BestSoFar = field(default_factory=BestSoFar)
    seconds: float = 0.0
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
    def metrics(self) -> dict[str, float]:
        """The sample means of the epoch's steps, by name."""
        return {
            "train/loss": self.loss_sum / self.samples,
            "train/accuracy": self.correct / self.samples,
        }


def check_fits(position: Position, steps_per_epoch: int) -> None:
    """Raises `CheckpointError` where epochs of so many steps cannot have led to this position."""
    first = position.epoch * steps_per_epoch
    if not first <= position.step <= first + steps_per_epoch:
        raise CheckpointError(
            f"a checkpoint of step {position.step:,} in epoch {position.epoch + 1:,} does not fit "
            f"epochs of {counted(steps_per_epoch, 'step')}",
            hint="restore what the steps of an epoch depend on: the images, data.copies, "
            "data.validation, training.batch_size, and training.max_steps",
        )
