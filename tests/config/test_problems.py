"""Problems found by their keys, for a form."""

from __future__ import annotations

from pathlib import Path

from workbench.config.problems import examined


def test_a_valid_table_is_a_profile() -> None:
    found = examined({"name": "a"}, Path())
    assert found.profile is not None
    assert found.profile.name == "a"
    assert not found.problems


def test_each_problem_has_the_whole_path_of_its_key() -> None:
    table = {"x.y": 1, "optimizer": {"kind": "adam", "lr": "fast", "betas": [0.9, 2]}}
    found = examined(table, Path())
    assert found.profile is None
    assert {path for path, _ in found.problems} == {
        ("x.y",),
        ("optimizer", "lr"),
        ("optimizer", "betas", 1),
    }
