"""What a profile need not say."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given

from workbench.config.defaults import completed, defaults, minimal, same
from workbench.config.problems import validated
from workbench.config.profile import RunProfile
from workbench.config.schema import child, kinds, run_schema


def test_every_optional_key_of_every_kind_has_its_default() -> None:
    for section in ("data", "model", "optimizer", "schedule"):
        for kind in kinds(child(run_schema(), section)).values():
            needed = {*kind.get("required", ())} - {"kind"}
            assert {*defaults(kind)} == {*kind["properties"]} - needed


def test_a_default_that_is_made_on_the_spot_is_known_too() -> None:
    cifar = kinds(child(run_schema(), "data"))["cifar10"]
    assert Path(defaults(cifar)["root"]).is_absolute()


def test_nothing_is_said_of_what_equals_its_default() -> None:
    table = {"name": "a", "seed": 42, "optimizer": {"kind": "sgd", "lr": 0.001, "momentum": 0.9}}
    assert minimal(table) == {"name": "a", "optimizer": {"kind": "sgd", "momentum": 0.9}}


def test_an_emptied_section_is_left_out() -> None:
    assert minimal({"training": {"epochs": 20, "early_stopping": {"patience": 0}}}) == {}


def test_what_no_schema_knows_stays() -> None:
    assert minimal({"x": 1, "model": {"kind": "y", "z": 2}}) == {
        "x": 1,
        "model": {"kind": "y", "z": 2},
    }


def test_true_is_no_number() -> None:
    assert same(1, 1.0)
    assert not same([1], [True])


def _dumped(profile: RunProfile) -> dict[str, object]:
    return profile.model_dump(mode="json")


@given(...)
def test_the_least_and_the_most_that_can_be_written_mean_the_same(profile: RunProfile) -> None:
    least = minimal(_dumped(profile))
    assert validated(least, Path()) == profile
    assert validated(completed(least), Path()) == profile
    assert same(minimal(completed(least)), least)
