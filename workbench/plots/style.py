"""How a person wants a run's curves drawn. Free of numpy, so that settings can hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

XAxis = Literal["step", "epoch", "time"]


@dataclass(frozen=True)
class CurveStyle:
    x: XAxis = "epoch"
    log: bool = False
    """A logarithmic axis of the loss."""
    smoothing: float | None = None
    """Weight of `analysis.smoothing.smooth`; None follows the number of steps, 0 is off."""
    raw: bool = True
    """The values as they are, faint behind the smoothed ones."""
    limits: tuple[float, float] | None = None
    """Of the x axis, in its own unit (steps, epochs, seconds); None shows all."""
