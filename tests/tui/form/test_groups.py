"""A profile's table as groups of fields."""

from __future__ import annotations

import pytest
from hypothesis import given

import tests.config.conftest  # noqa: F401 - how to draw a RunProfile
from workbench.config.profile import RunProfile
from workbench.config.schema import child, fields, kinds, run_schema
from workbench.tui.form.groups import (
    Group,
    ListGroup,
    filled,
    groups_of,
    strays_of,
    without_strays,
)

SECTIONS = ("data", "model", "optimizer", "schedule")
KINDS = [(s, kind) for s in SECTIONS for kind in kinds(child(run_schema(), s))]


def test_an_empty_profile_has_every_section_in_order() -> None:
    titles = [group.title for group in groups_of(filled({}))]
    assert titles == [
        "run",
        "data",
        "data.augment",
        "model",
        "optimizer",
        "schedule",
        "training",
        "training.early_stopping",
    ]


@pytest.mark.parametrize(("section", "kind"), KINDS)
def test_every_key_of_every_kind_has_its_field(section: str, kind: str) -> None:
    groups = groups_of(filled({section: {"kind": kind}}))
    shown = {
        *(
            f.name
            for g in groups
            if isinstance(g, Group) and g.path == (section,)
            for f in g.fields
        ),
        *(g.key for g in groups if isinstance(g, ListGroup) and g.path[0] == section),
    }
    assert shown == {*fields(kinds(child(run_schema(), section))[kind])}


def test_every_field_is_explained() -> None:
    for group in groups_of(filled({})):
        for field in group.fields if isinstance(group, Group) else ():
            assert field.help or field.name == "kind"


@given(...)
def test_a_valid_profile_has_nothing_without_a_field(profile: RunProfile) -> None:
    table = filled(profile.model_dump(mode="json"))
    assert not strays_of(table)
    assert without_strays(table) == table


HOSTILE = {
    "x": 1,
    "optimizer": [1],
    "model": {"kind": "se_resnet", "y": {}},
    "data": {"kind": "digits", "augment": [3, {"kind": "mixup", "z": 1}]},
    "training": {"early_stopping": "never"},
}


def test_what_no_field_can_show_is_found() -> None:
    assert {*strays_of(filled(HOSTILE))} == {
        ("x",),
        ("optimizer",),
        ("model", "y"),
        ("data", "augment", 0),
        ("data", "augment", 1, "z"),
        ("training", "early_stopping"),
    }


def test_it_can_be_removed_in_one_go() -> None:
    kept = without_strays(HOSTILE)
    assert not strays_of(kept)
    assert kept["data"]["augment"] == [{"kind": "mixup"}]
    assert kept["optimizer"] == {"kind": "adam"}


def test_keys_of_an_unknown_kind_are_left_until_its_kind_is_mended() -> None:
    table = filled({"optimizer": {"kind": "adamm", "lr": 1}})
    assert not strays_of(table)
    assert without_strays(table) == table
