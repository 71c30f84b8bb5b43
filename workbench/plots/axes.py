"""Where values lie on an axis, and which of them get a tick."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from workbench.plots.chart import Axis, Floats
from workbench.plots.ticks import number_labels, round_values, time_ticks

LARGEST = float(np.finfo(np.float32).max)
SMALLEST = float(np.finfo(np.float32).tiny)
"""What training computes lies between these; inside them no arithmetic here overflows."""


@dataclass(frozen=True)
class Tick:
    place: float
    """On the axis, from 0 at its start to 1 at its end."""
    label: str


@dataclass(frozen=True)
class Scale:
    """An axis with limits: `low` < `high`, both as `positions` gives them."""

    axis: Axis
    low: float
    high: float

    def places(self, positions: Floats) -> Floats:
        """Map positions to 0...1 from the axis' start to its end."""
        places: Floats = (positions - self.low) / (self.high - self.low)
        return places

    def value_at(self, place: float) -> float:
        """The value at a place of 0...1 along the axis."""
        position = self.low + place * (self.high - self.low)
        return float(10.0**position) if self.axis.scale == "log" else float(position)


def positions(values: Floats, axis: Axis) -> Floats:
    """Map values to where they lie along the axis, log10 on a log axis; NaN for a gap."""
    values = np.asarray(values, dtype=np.float64)
    usable = np.abs(values) <= LARGEST  # false for NaN
    if axis.scale == "log":
        usable &= values >= SMALLEST
        return np.log10(values, out=np.full(values.shape, np.nan), where=usable)
    return values if usable.all() else np.where(usable, values, np.nan)


def limits_of(axis: Axis) -> tuple[float, float] | None:
    """The axis' limits as positions; None where it has none that it could stand between."""
    if axis.limits is None:
        return None
    low, high = positions(np.array(axis.limits), axis).tolist()
    return (low, high) if low < high else None


def scale_between(axis: Axis, low: float, high: float) -> Scale:
    """Make a scale of two positions; equal ones get room on both sides, zeros 0...1."""
    largest = max(abs(low), abs(high))
    if largest <= SMALLEST:
        low, high = 0.0, 1.0
    elif high - low <= 1e-9 * largest:
        low, high = low - 0.1 * largest, high + 0.1 * largest
    return Scale(axis, low, high)


def ticks(scale: Scale, most: int) -> tuple[Tick, ...]:
    """Choose round values for at most `most` ticks (2 or more), ascending."""
    percent = scale.axis.unit == "percent"
    if scale.axis.unit == "seconds" and scale.axis.scale == "linear":
        values, labels = time_ticks(scale.low, scale.high, most)
        places = scale.places(np.array(values))
    elif scale.axis.scale == "log":
        values = _log_values(scale.low, scale.high, most)
        places = scale.places(np.log10(values))
        labels = [label for value in values for label in number_labels([value], percent=percent)]
    else:
        whole = scale.axis.unit == "whole" and scale.high - scale.low >= 2
        values = round_values(scale.low, scale.high, most, finest=1.0 if whole else 0.0)
        places = scale.places(np.array(values))
        labels = number_labels(values, percent=percent)
    return tuple(Tick(float(at), label) for at, label in zip(places, labels, strict=True))


def _log_values(low: float, high: float, most: int) -> list[float]:
    """The finest of 1-2-5 in each decade, 1-3, decades, or round values in a narrow range."""
    decades = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        pairs = [(factor, decade) for decade in decades for factor in factors]
        values = [f * 10.0**d for f, d in pairs if low <= math.log10(f) + d <= high]
        if len(values) > most:
            continue
        return values if len(values) >= 2 else round_values(10**low, 10**high, most)
    return [10.0**decade for decade in round_values(low, high, most, finest=1.0)]
