"""Where two profiles differ."""

from __future__ import annotations

from hypothesis import given

import tests.config.conftest  # noqa: F401 - how to draw a RunProfile
from workbench.config.defaults import completed
from workbench.config.profile import RunProfile
from workbench.tui.form.difference import by_item, differences, holds, taken_over, value_text


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


def augmented(*items: dict[str, object]) -> dict[str, object]:
    return {"data": {"kind": "digits", "augment": [*items]}}


CROP, FLIP = {"kind": "random_crop", "padding": 2}, {"kind": "horizontal_flip"}


def test_two_lists_are_told_apart_item_by_item() -> None:
    here, there = augmented(CROP), augmented({**CROP, "padding": 4}, FLIP)
    (whole,) = differences(here, there)
    crop, flip = by_item(whole)
    assert (crop.key, crop.here, crop.there) == ("data.augment.0.padding", 2, 4)
    assert flip.key == "data.augment.1"
    assert "horizontal_flip" in value_text(flip.there)
    assert not value_text(flip.here)


def test_items_of_two_kinds_are_told_as_a_whole() -> None:
    (whole,) = differences(augmented(CROP), augmented(FLIP))
    assert [each.key for each in by_item(whole)] == ["data.augment.0"]


def test_what_is_no_list_is_told_as_it_is() -> None:
    (whole,) = differences({"seed": 1}, {"seed": 2})
    assert by_item(whole) == [whole]
