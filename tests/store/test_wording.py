"""Numbers and endings as people read them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store.wording import by_set, duration, ending, metric, number, percent, rate


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.0123456, "0.01235"),
        (2.30258, "2.303"),
        (999.44, "999.4"),
        (1234.4, "1,234"),
        (12345678.0, "12,345,678"),
        (3.4824e25, "3.482e+25"),
        (-1234.4, "-1,234"),
        (1e-7, "1e-07"),
        (math.nan, "-"),
        (math.inf, "-"),
    ],
)
def test_a_number_has_four_digits_or_its_thousands_separated(value: float, words: str) -> None:
    assert number(value) == words


@given(st.floats(-1e300, 1e300))
def test_a_number_is_short_and_near_its_value(value: float) -> None:
    words = number(value)
    assert len(words) <= 14
    assert float(words.replace(",", "")) == pytest.approx(value, rel=5.1e-4)


def test_a_fraction_is_shown_in_percent_with_two_decimals() -> None:
    assert [percent(share) for share in (0.9206, 1.0, 0.0, math.nan)] == [
        "92.06 %",
        "100.00 %",
        "0.00 %",
        "-",
    ]


def test_a_metric_is_worded_by_its_name() -> None:
    assert metric("val/accuracy", 0.881) == "88.10 %"
    assert metric("accuracy", 0.881) == "88.10 %"
    assert metric("lr", 0.001) == "0.001"
    assert metric("test/loss", 0.35214) == "0.3521"


def test_top_5_is_called_so() -> None:
    metrics = {"val/accuracy": 0.881, "val/top5_accuracy": 0.99}
    assert by_set(metrics) == {"val": "accuracy 88.10 %, top-5 99.00 %"}


def test_a_loss_that_is_not_a_number_is_called_so_and_other_metrics_are_just_missing() -> None:
    assert metric("val/loss", math.nan) == "NaN"
    assert metric("images_per_second", math.nan) == "-"


def test_metrics_are_grouped_by_their_set_and_those_of_none_are_left_out() -> None:
    metrics = {"train/loss": 0.5, "lr": 0.1, "val/loss": 0.25, "val/accuracy": 0.881}
    assert by_set(metrics) == {"train": "loss 0.5", "val": "loss 0.25, accuracy 88.10 %"}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (9.94, "9.9 s"),
        (12.4, "12 s"),
        (59.4, "59 s"),
        (59.6, "1 min 00 s"),
        (200, "3 min 20 s"),
        (7500, "2 h 05 min"),
        (273_600, "3 d 4 h"),
        (math.nan, "-"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_a_rate_is_shown_only_when_it_is_known() -> None:
    assert [rate(speed) for speed in (2352.4, 59.17, math.nan, 0.0)] == [
        "2,352 images/s",
        "59.17 images/s",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("state", "reason", "words"),
    [
        ("finished", "", "finished"),
        ("diverged", "loss became NaN", "diverged (loss became NaN)"),
        ("stopped", "stopped after 12 steps", "stopped after 12 steps"),
    ],
)
def test_an_ending_says_nothing_twice(state: str, reason: str, words: str) -> None:
    assert ending(state, reason) == words
