"""A cursor on a chart reads the nearest point of each curve."""

from __future__ import annotations

import numpy as np
import pytest

from workbench.plots.chart import Axis, Chart, Line
from workbench.plots.cursor import Reading, values_at

NAN = float("nan")


def line(label: str, x: list[float], y: list[float], *, faint: bool = False) -> Line:
    return Line(label, np.array(x), np.array(y), "cyan", faint)


def test_each_line_gives_its_nearest_point_and_faint_ones_none() -> None:
    lines = (
        line("train", [0, 1, 2, 3], [9, 8, 7, 6]),
        line("raw", [0, 1], [1, 1], faint=True),
        line("val", [1, 3], [5, 4]),
    )
    chart = Chart("Loss", "epoch", lines)
    assert values_at(chart, 1.8) == (Reading(0, 2.0, 7.0), Reading(2, 1.0, 5.0))
    assert values_at(chart, 99.0) == (Reading(0, 3.0, 6.0), Reading(2, 3.0, 4.0))


def test_gaps_are_passed_over() -> None:
    chart = Chart("Loss", "epoch", (line("a", [0, 1, 2], [3, NAN, 1]), line("b", [0], [NAN])))
    assert values_at(chart, 1.4) == (Reading(0, 2.0, 1.0),)


def test_on_a_log_axis_the_nearest_is_the_nearest_to_the_eye() -> None:
    subject = line("a", [1, 100], [1, 2])
    assert values_at(Chart("", "", (subject,)), 40.0) == (Reading(0, 1.0, 1.0),)
    logarithmic = Chart("", "", (subject,), x_axis=Axis(scale="log"))
    assert values_at(logarithmic, 40.0) == (Reading(0, 100.0, 2.0),)


@pytest.mark.parametrize("x", [NAN, float("inf"), -1.0])
def test_a_place_that_is_not_on_the_axis_has_no_values(x: float) -> None:
    chart = Chart("", "", (line("a", [1], [1]),), x_axis=Axis(scale="log"))
    assert values_at(chart, x) == ()


def test_only_what_lies_within_the_limits_is_read() -> None:
    chart = Chart("", "", (line("a", [0, 1, 9], [1, 2, 3]),), x_axis=Axis(limits=(2, 10)))
    assert values_at(chart, 2.0) == (Reading(0, 9.0, 3.0),)
