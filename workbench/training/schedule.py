"""The learning rate as a pure function of the step."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.config.schedule import (
    ConstantProfile,
    CosineProfile,
    OneCycleProfile,
    ScheduleProfile,
    StepProfile,
    WarmupHoldCosineProfile,
)

FLOOR = 0.1
"""Share of the peak learning rate that warmup_hold_cosine falls to; its last epoch is one short."""

HOLD = 1 / 5
"""Share of all epochs that warmup_hold_cosine holds the peak for after warm-up."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where in a training a step lies."""

    step: int
    """Counted from 0 over the whole training."""
    steps_per_epoch: int
    epochs: int

    @property
    def epoch(self) -> int:
        return self.step // self.steps_per_epoch

    @property
    def steps(self) -> int:
        """Of the whole training, be it ended early or not."""
        return self.epochs * self.steps_per_epoch


def _constant(schedule: ConstantProfile, at: Moment) -> float:
    return 1.0


def _warmup_hold_cosine(schedule: WarmupHoldCosineProfile, at: Moment) -> float:
    """The same in all steps of an epoch."""
    warmup = schedule.warmup_epochs
    if at.epoch < warmup:
        return (at.epoch + 1) / warmup
    fall = warmup + at.epochs * HOLD  # not rounded, as in the report's code
    if at.epoch < fall:
        return 1.0
    return _half_cosine(1.0, FLOOR, at.epoch - fall, at.epochs - fall)


def _cosine(schedule: CosineProfile, at: Moment) -> float:
    """Peaks in the last step of warm-up, and again in the step after it."""
    warmup = schedule.warmup_epochs * at.steps_per_epoch
    if at.step < warmup:
        return (at.step + 1) / warmup
    return _half_cosine(1.0, schedule.floor, at.step - warmup, at.steps - warmup)


def _one_cycle(schedule: OneCycleProfile, at: Moment) -> float:
    """Smith and Topin 2017, with the peak where torch has it: it may lie between two steps.

    In a training so short that the peak lies at or before its first step, the rate only falls.
    """
    first = 1 / schedule.div_factor
    peak, last = schedule.pct_start * at.steps - 1, at.steps - 1
    if at.step < peak:
        return _half_cosine(first, 1.0, at.step, peak)
    return _half_cosine(1.0, first / schedule.final_div_factor, at.step - peak, last - peak)


def _step(schedule: StepProfile, at: Moment) -> float:
    return schedule.gamma ** (at.epoch // schedule.step_size)


def _half_cosine(begin: float, end: float, done: float, length: float) -> float:
    """From `begin` to `end` as `done` goes from 0 to `length`."""
    return end + (begin - end) * (0.5 * (1 + math.cos(math.pi * done / length)))


# One line a schedule: its profile (config/schedule.py) and the factor on the
# learning rate.
_FACTORS: dict[type, Callable[[Any, Moment], float]] = {
    ConstantProfile: _constant,
    WarmupHoldCosineProfile: _warmup_hold_cosine,
    CosineProfile: _cosine,
    OneCycleProfile: _one_cycle,
    StepProfile: _step,
}


def learning_rate(schedule: ScheduleProfile, peak: float, at: Moment) -> float:
    """The learning rate of one step, for the peak `peak`."""
    return peak * _FACTORS[type(schedule)](schedule, at)


def warmup_epochs(schedule: ScheduleProfile) -> int:
    """Epochs of rising learning rate; gradient clipping begins after them."""
    epochs: int = getattr(schedule, "warmup_epochs", 0)  # those that have a warm-up call it so
    return epochs
