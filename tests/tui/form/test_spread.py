"""Problems at the fields that can mend them."""

from __future__ import annotations

from pathlib import Path

from workbench.tui.form.draft import Draft
from workbench.tui.form.groups import groups_of
from workbench.tui.form.spread import spread


def test_a_problem_stands_at_its_field_and_others_are_told_apart() -> None:
    table = {
        "x": 1,
        "optimizer": {"kind": "adam", "betas": [0.9, 3]},
        "data": {"kind": "digits", "augment": [{"kind": "mixup", "p": 4}]},
    }
    draft = Draft(table, Path())
    found = spread(draft.examined().problems, groups_of(draft.table))
    mixup = draft.table["data"]["augment"][0]
    assert {*found.by_field} == {(id(draft.table["optimizer"]), "betas"), (id(mixup), "p")}
    assert [problem.key for problem in found.others] == ["x"]
