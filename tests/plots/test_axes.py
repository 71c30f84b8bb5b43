"""Ticks are round, few, and lie where they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.axes import LARGEST, positions, scale_between, ticks
from workbench.plots.chart import Axis

LINEAR, LOG, WHOLE = Axis(), Axis(scale="log"), Axis(unit="whole")
PERCENT, SECONDS = Axis(unit="percent"), Axis(unit="seconds")
any_axis = st.sampled_from(
    [LINEAR, LOG, WHOLE, PERCENT, SECONDS, Axis(scale="log", unit="percent")]
)


def labels(axis: Axis, low: float, high: float, most: int) -> list[str]:
    low, high = positions(np.array([low, high]), axis)
    return [tick.label for tick in ticks(scale_between(axis, low, high), most)]


@pytest.mark.parametrize(
    ("axis", "low", "high", "most", "expected"),
    [
        (LINEAR, 0.0, 1.0, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (LINEAR, 0.31, 2.4, 5, ["0.5", "1.0", "1.5", "2.0"]),
        (LINEAR, 0.0, 4e9, 5, ["0", "1e9", "2e9", "3e9", "4e9"]),
        (WHOLE, 0.0, 30.0, 4, ["0", "10", "20", "30"]),
        (WHOLE, 0.0, 3.0, 20, ["0", "1", "2", "3"]),
        (WHOLE, 0.0, 0.04, 3, ["0.00", "0.02", "0.04"]),
        (PERCENT, 0.1, 0.93, 5, ["20%", "40%", "60%", "80%"]),
        (PERCENT, 0.931, 0.9349, 5, ["93.1%", "93.2%", "93.3%", "93.4%"]),
        (LOG, 0.001, 10.0, 5, ["0.001", "0.01", "0.1", "1", "10"]),
        (LOG, 0.1, 10.0, 8, ["0.1", "0.2", "0.5", "1", "2", "5", "10"]),
        (LOG, 1e-20, 1.0, 3, ["1e-20", "1e-10", "1"]),
        (LOG, 0.95, 1.02, 5, ["0.96", "0.98", "1", "1.02"]),
        (SECONDS, 0.0, 0.5, 6, ["0.0 s", "0.1 s", "0.2 s", "0.3 s", "0.4 s", "0.5 s"]),
        (SECONDS, 0.0, 100.0, 5, ["0 s", "30 s", "60 s", "90 s"]),
        (SECONDS, 0.0, 900.0, 5, ["0 min", "5 min", "10 min", "15 min"]),
        (SECONDS, 3500.0, 3530.0, 4, ["58m20", "58m30", "58m40", "58m50"]),
        (SECONDS, 36000.0, 39600.0, 5, ["10h00", "10h15", "10h30", "10h45", "11h00"]),
        (SECONDS, 0.0, 30000.0, 5, ["0 h", "2 h", "4 h", "6 h", "8 h"]),
        (SECONDS, 0.0, 5e5, 6, ["0 d", "1 d", "2 d", "3 d", "4 d", "5 d"]),
    ],
)
def test_ticks_are_the_finest_round_values_that_fit(
    axis: Axis, low: float, high: float, most: int, expected: list[str]
) -> None:
    assert labels(axis, low, high, most) == expected


def test_infinite_values_are_gaps_on_any_axis_and_those_not_above_zero_on_a_log_axis() -> None:
    values = np.array([1.0, 0.0, -1.0, np.inf, -np.inf, np.nan])
    nan = np.nan
    np.testing.assert_array_equal(positions(values, LINEAR), [1, 0, -1, nan, nan, nan])
    np.testing.assert_array_equal(positions(values, LOG), [0, nan, nan, nan, nan, nan])


@given(value=st.floats(-LARGEST, LARGEST))
def test_a_constant_gets_an_axis_around_it(value: float) -> None:
    scale = scale_between(LINEAR, value, value)
    assert scale.low < scale.high
    assert -1e-9 <= scale.places(np.array(value)) <= 1


@given(
    axis=any_axis,
    ends=st.tuples(st.floats(-LARGEST, LARGEST), st.floats(-LARGEST, LARGEST)),
    most=st.integers(2, 20),
)
def test_ticks_of_any_range_are_few_distinct_and_on_the_axis(
    axis: Axis, ends: tuple[float, float], most: int
) -> None:
    places = positions(np.array(sorted(ends)), axis)
    if np.isnan(places).any():
        return
    chosen = ticks(scale_between(axis, *places), most)
    assert len(chosen) <= most
    assert all(-1e-4 <= tick.place <= 1 + 1e-4 for tick in chosen)
    assert len({tick.label for tick in chosen}) == len(chosen)
