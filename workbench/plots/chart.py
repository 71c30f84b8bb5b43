"""What a chart shows: frozen descriptions, without a word on how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

Color = Literal["red", "green", "yellow", "blue", "magenta", "cyan"]
"""The terminal's own colours, so that a chart follows its theme."""


@dataclass(frozen=True, eq=False)
class Line:
    """A curve through the points (x, y), both of shape (n,); x ascends.

    What is not finite, or cannot stand on the axis, is a gap in the curve.
    """

    label: str
    x: Floats
    y: Floats
    color: Color
    faint: bool = False
    """Drawn behind the others, and only in colour: without it they would drown in it."""


@dataclass(frozen=True)
class Mark:
    """One point that stands out, such as the best epoch; `label` says what it is."""

    label: str
    x: float
    y: float
    color: Color


@dataclass(frozen=True)
class Axis:
    scale: Literal["linear", "log"] = "linear"
    unit: Literal["number", "whole", "percent", "seconds"] = "number"
    """`whole` has no tick between whole numbers; `percent` writes 0.5 as 50%, `seconds` 90 as
    1m30 or 90 s."""
    limits: tuple[float, float] | None = None
    """The values at its ends, the smaller one first; None shows all there is."""


@dataclass(frozen=True, eq=False)
class Chart:
    title: str
    """What is measured, from below to above."""
    x_label: str
    lines: tuple[Line, ...]
    marks: tuple[Mark, ...] = ()
    x_axis: Axis = Axis()
    y_axis: Axis = Axis()
