"""Where two profiles differ."""

from __future__ import annotations

from hypothesis import given

import tests.config.conftest  # noqa: F401 - how to draw a RunProfile
from workbench.config.defaults import completed
from workbench.config.profile import RunProfile
from workbench.tui.form.difference import differences, holds, taken_over


def test_a_default_left_out_is_no_difference() -> None:
    assert not differences({}, {"optimizer": {"kind": "adam", "lr": 1e-3}, "training": {}})


def test_only_the_keys_that_differ_are_found() -> None:
    found = differences({"seed": 1}, {"optimizer": {"kind": "adam", "lr": 0.1}})
    assert [(each.key, each.here, each.there) for each in found] == [
        ("seed", 1, 42),
        ("optimizer.lr", 1e-3, 0.1),
    ]


@given(...)
def test_what_takes_all_over_is_the_other(one: RunProfile, other: RunProfile) -> None:
    here, there = one.model_dump(mode="json"), other.model_dump(mode="json")
    taken = taken_over(here, differences(here, there))
    assert not differences(taken, there)
    assert here == one.model_dump(mode="json")


def test_a_key_of_another_kind_is_not_taken_alone() -> None:
    there = {"optimizer": {"kind": "sgd", "momentum": 0.9}}
    momentum = [each for each in differences({}, there) if each.key == "optimizer.momentum"]
    assert completed(taken_over({}, momentum)) == completed({})


def test_what_was_left_out_is_not_held() -> None:
    there = {"seed": 1, "optimizer": {"kind": "sgd", "momentum": 0.9}}
    found = [each for each in differences({}, there) if each.key != "optimizer.kind"]
    taken = taken_over({}, found)
    assert [each.key for each in found if holds(taken, each)] == ["seed"]
