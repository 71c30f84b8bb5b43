"""What a training has done so far: its steps on their way out, and itself as a checkpoint."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from torch import Tensor

from workbench.config.profile import RunProfile
from workbench.events import CheckpointReady, Event, Steps
from workbench.training.learner import Learner, StepResult
from workbench.training.outcome import Outcome, diverged
from workbench.training.position import Position
from workbench.training.snapshot import snapshot
from workbench.training.step_buffer import StepBuffer
from workbench.training.stopwatch import Stopwatch
from workbench.training.throughput import Throughput

Part = Generator[Event, None, Outcome | None]
"""A part of a training; returns an outcome where the training ends in it."""


class Progress:
    """How far a training has come, with its clocks and the steps that are still on the device."""

    def __init__(self, learner: Learner, profile: RunProfile) -> None:
        self.position = Position()
        """After the steps that were flushed."""
        self.best_weights: dict[str, Tensor] = {}
        self.throughput = Throughput()
        self.stopwatch = Stopwatch(profile.training.checkpoint_minutes)
        self._learner = learner
        self._profile = profile
        self._buffer = StepBuffer()

    @property
    def next_step(self) -> int:
        return self.position.step + len(self._buffer)

    @property
    def is_flush_due(self) -> bool:
        return self._buffer.is_due

    def add(self, step: StepResult) -> None:
        self._buffer.add(step)

    def flush(self) -> Part:
        """Fetch the pending steps from the device and report them."""
        if not self._buffer:
            return None
        done, steps = self.position, self._buffer.flush()
        self.throughput.flushed(sum(steps.images))
        self.position = done.after(steps)
        rate = self.throughput.images_per_second
        yield Steps(done.epoch, done.step, steps.columns, rate, self.stopwatch.seconds)
        bad = steps.first_non_finite
        return None if bad is None else diverged(steps.columns["loss"][bad], done.step + bad)

    def checkpoint(self) -> CheckpointReady:
        """All as it is now; without the pending steps, so flush them before."""
        self.position = position = replace(self.position, seconds=self.stopwatch.seconds)
        self.stopwatch.checkpoint_taken()
        taken = snapshot(self._learner, self._profile, position, self.best_weights)
        return CheckpointReady(position.epoch, position.step, position.is_of_best, taken.write)
