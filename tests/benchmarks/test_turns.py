"""Contestants take turns and are compared round by round."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from benchmarks.turns import in_turns, paces


def test_every_round_begins_with_another_contestant() -> None:
    order: list[str] = []

    def contestant(name: str) -> Callable[[], float]:
        return lambda: (order.append(name), 1.0)[1]

    in_turns({name: contestant(name) for name in "abc"}, rounds=4)
    assert "".join(order) == "abc" + "bca" + "cab" + "abc"


def test_what_a_contestant_returned_is_in_the_order_of_the_rounds() -> None:
    first, second = iter([1.0, 2.0, 3.0]), iter([10.0, 20.0, 30.0])
    measured = in_turns({"first": lambda: next(first), "second": lambda: next(second)}, rounds=3)
    assert measured == {"first": (1.0, 2.0, 3.0), "second": (10.0, 20.0, 30.0)}


def test_ratios_are_to_the_first_contestant_of_the_same_round() -> None:
    base, other = paces({"base": (100.0, 50.0, 200.0), "other": (200.0, 150.0, 200.0)})
    assert (base.ratio, base.ratio_low, base.ratio_high) == (1, 1, 1)
    assert other.ratios == pytest.approx((2, 3, 1))
    assert (other.ratio, other.ratio_low, other.ratio_high) == pytest.approx((2, 1, 3))
