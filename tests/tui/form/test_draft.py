"""The table that a form edits."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.config.schema import child, fields, kinds, run_schema
from workbench.tui.form.draft import Draft
from workbench.tui.form.fields import ABSENT
from workbench.tui.form.groups import Group, ListGroup, groups_of


def _draft(table: dict[str, Any] | None = None) -> Draft:
    return Draft(table or {}, Path())


def _group(draft: Draft, title: str) -> Group:
    found = next(each for each in groups_of(draft.table) if each.title == title)
    assert isinstance(found, Group)
    return found


def _augment(draft: Draft) -> ListGroup:
    return next(each for each in groups_of(draft.table) if isinstance(each, ListGroup))


def test_the_table_it_is_given_stays_as_it_is() -> None:
    table = {"optimizer": {"kind": "sgd"}}
    draft = _draft(table)
    draft.set(draft.table["optimizer"], "lr", 1)
    assert table == {"optimizer": {"kind": "sgd"}}


def test_a_field_of_a_replaced_table_changes_nothing() -> None:
    draft = _draft()
    old = _group(draft, "optimizer")
    draft.switch(old, "sgd")
    draft.set(old.table, "lr", 5.0)
    assert draft.table["optimizer"] == {"kind": "sgd"}


def test_letters_typed_in_a_row_are_undone_as_one() -> None:
    draft = _draft()
    for text in ("1", "1e", 1e-3):
        draft.set(draft.table["optimizer"], "lr", text)
    draft.undo()
    assert "lr" not in draft.table["optimizer"]
    draft.redo()
    assert draft.table["optimizer"]["lr"] == 1e-3


def test_what_was_sealed_is_undone_by_itself() -> None:
    draft = _draft()
    draft.set(draft.table, "seed", 1)
    draft.seal()
    draft.set(draft.table, "seed", 2)
    draft.undo()
    assert draft.table["seed"] == 1


SECTIONS = ("data", "model", "optimizer", "schedule")
PAIRS = [
    (section, one, other)
    for section in SECTIONS
    for one in kinds(child(run_schema(), section))
    for other in kinds(child(run_schema(), section))
    if one != other
]


@pytest.mark.parametrize(("section", "one", "other"), PAIRS)
def test_a_kind_switched_there_and_back_keeps_what_both_have(
    section: str, one: str, other: str
) -> None:
    choices = kinds(child(run_schema(), section))
    keys = {*fields(choices[one])} - {"kind"}
    draft = _draft({section: {"kind": one, **dict.fromkeys(keys, 1)}})
    draft.switch(_group(draft, section), other)
    draft.switch(_group(draft, section), one)
    both = keys & {*fields(choices[other])}
    assert draft.table[section] == {"kind": one, **dict.fromkeys(both, 1)}


def test_items_are_added_moved_and_removed() -> None:
    draft = _draft()
    for kind in ("random_crop", "mixup", "affine"):
        draft.add(_augment(draft), kind)
    affine = _group(draft, "data.augment.2")
    draft.shift(_augment(draft), affine.table, -1)
    assert _kinds(draft) == ["random_crop", "affine", "mixup"]
    draft.remove(_augment(draft), affine.table)
    assert _kinds(draft) == ["random_crop", "mixup"]
    draft.switch(_group(draft, "data.augment.1"), "cutmix")
    assert _kinds(draft) == ["random_crop", "cutmix"]


def _kinds(draft: Draft) -> list[str]:
    return [item["kind"] for item in draft.table["data"]["augment"]]


def test_an_item_at_an_end_stays_there() -> None:
    draft = _draft({"data": {"kind": "digits", "augment": [{"kind": "mixup"}]}})
    draft.shift(_augment(draft), _group(draft, "data.augment.0").table, 1)
    assert not draft.can_undo


def test_saving_makes_it_unchanged_and_undoing_that_changed_again() -> None:
    draft = _draft()
    draft.set(draft.table, "seed", 1)
    assert draft.is_changed
    draft.saved()
    assert not draft.is_changed
    draft.undo()
    assert draft.is_changed


STEPS = st.lists(st.integers(0, 6), max_size=12)


def _step(draft: Draft, which: int) -> None:
    match which:
        case 0:
            draft.set(draft.table, "seed", draft.table.get("seed", 0) + 1)
        case 1:
            draft.set(draft.table["optimizer"], "lr", ABSENT)
        case 2:
            draft.set(draft.table["optimizer"], "lr", draft.table["optimizer"].get("lr", 0) + 1)
        case 3:
            kind = "sgd" if draft.table["optimizer"]["kind"] == "adam" else "adam"
            draft.switch(_group(draft, "optimizer"), kind)
        case 4:
            draft.add(_augment(draft), "mixup")
        case 5 if draft.table["data"].get("augment"):
            draft.remove(_augment(draft), draft.table["data"]["augment"][0])
        case _:
            draft.replace({"seed": draft.table.get("seed", 0) + 1})
    draft.seal()


@given(STEPS)
def test_undoing_all_and_redoing_all_are_there_and_back(steps: list[int]) -> None:
    draft = _draft()
    seen = [copy.deepcopy(draft.table)]
    for step in steps:
        _step(draft, step)
        if draft.table != seen[-1]:
            seen.append(copy.deepcopy(draft.table))
    for before in reversed(seen[:-1]):
        draft.undo()
        assert draft.table == before
    assert not draft.can_undo
    for after in seen[1:]:
        draft.redo()
        assert draft.table == after
    assert not draft.can_redo
