"""The learning rate as a pure function of the epoch."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.config.schedule import ConstantProfile, ScheduleProfile, WarmupHoldCosineProfile

FLOOR = 0.1
"""Share of the peak learning rate that the cosine ends at."""

HOLD = 1 / 5
"""Share of all epochs that the peak is held for after warm-up."""


def _constant(schedule: ConstantProfile, epoch: int, epochs: int) -> float:
    return 1.0


def _warmup_hold_cosine(schedule: WarmupHoldCosineProfile, epoch: int, epochs: int) -> float:
    warmup = schedule.warmup_epochs
    if epoch < warmup:
        return (epoch + 1) / warmup
    fall = warmup + epochs * HOLD  # not rounded, as in the report's code
    if epoch < fall:
        return 1.0
    cosine = 0.5 * (1 + math.cos(math.pi * (epoch - fall) / (epochs - fall)))
    return FLOOR + (1 - FLOOR) * cosine


# One line a schedule: its profile (config/schedule.py) and the factor on the
# learning rate in epoch `epoch` of `epochs`, both counted from 0.
_FACTORS: dict[type, Callable[[Any, int, int], float]] = {
    ConstantProfile: _constant,
    WarmupHoldCosineProfile: _warmup_hold_cosine,
}


def learning_rate(schedule: ScheduleProfile, peak: float, epoch: int, epochs: int) -> float:
    """The learning rate of epoch `epoch` (from 0) of `epochs`, for the peak `peak`."""
    return peak * _FACTORS[type(schedule)](schedule, epoch, epochs)


def warmup_epochs(schedule: ScheduleProfile) -> int:
    """Epochs of rising learning rate; gradient clipping begins after them."""
    epochs: int = getattr(schedule, "warmup_epochs", 0)  # those that have a warm-up call it so
    return epochs
