"""Which panels are in sight."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.chart import Axis, Chart, Line
from workbench.tui.screens.run_panels import LIVE, in_sight, no_points, roomy


@pytest.mark.parametrize(
    ("chosen", "size", "names"),
    [
        ("charts", (80, 24), {"charts"}),
        ("rates", (80, 24), {"rates"}),
        ("charts", (120, 40), {"charts", "filters"}),
        ("log", (120, 40), {"log"}),
        ("log", (200, 60), LIVE),
        ("profile", (200, 60), {"profile"}),
    ],
)
def test_more_room_shows_more_panels(chosen: str, size: tuple[int, int], names: set[str]) -> None:
    assert in_sight(chosen, *size) == names


@given(st.floats(1e-6, 1e12))
def test_an_axis_has_room_beyond_its_curve_but_not_much(last: float) -> None:
    assert last <= roomy(last, 0) <= 1.3 * last


def test_an_axis_ends_with_the_training() -> None:
    assert roomy(9, 9.5) == 9.5
    assert roomy(0, 20) == 20
    assert roomy(30, 20) == 32


NAN = float("nan")


@pytest.mark.parametrize(
    ("x", "y", "scale", "words"),
    [
        ([0, 1], [1, 2], "linear", ""),
        ([NAN, NAN], [1, 2], "linear", "no times were recorded: a shows another axis"),
        ([0, 1], [0, -2], "log", "nothing above 0 for a logarithmic axis: g shows the linear one"),
        ([0, 1], [0, 2], "log", ""),
        ([0, 1], [0, -2], "linear", ""),
    ],
)
def test_a_chart_without_points_says_which_key_shows_them(
    x: list[float], y: list[float], scale: Literal["linear", "log"], words: str
) -> None:
    line = Line("train/loss", np.array(x), np.array(y), "cyan")
    assert no_points(Chart("Loss", "time", (line,), y_axis=Axis(scale=scale))) == words
