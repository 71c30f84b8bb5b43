"""Values as a line of text and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import tests.config.conftest  # noqa: F401 - how to draw a RunProfile
from workbench.config.defaults import same
from workbench.config.profile import RunProfile
from workbench.config.schema import Node, child, fields, run_schema
from workbench.tui.form.fields import ABSENT
from workbench.tui.form.groups import Group, filled, groups_of
from workbench.tui.form.text import read, text_of


@given(...)
def test_every_value_of_a_profile_is_read_back_from_its_text(profile: RunProfile) -> None:
    for group in groups_of(filled(profile.model_dump(mode="json"))):
        for field in group.fields if isinstance(group, Group) else ():
            value = field.value(group.table)
            if value is not ABSENT and str(value).isprintable():
                assert same(read(text_of(value, field.node), field.node), value), field.name


def _node(section: str, key: str) -> Node:
    return fields(child(run_schema(), section))[key]


BETAS: Node = {"type": "array"}
ARGUMENTS: Node = {"type": "object"}


@pytest.mark.parametrize(
    ("text", "node", "value"),
    [
        (".5", {"type": "number"}, 0.5),
        ("1.", {"type": "number"}, 1.0),
        (" 1e-3 ", {"type": "number"}, 0.001),
        ("0.9, 0.99", BETAS, [0.9, 0.99]),
        ("[0.9]", BETAS, [0.9]),
        ("dropout = 0.1", ARGUMENTS, {"dropout": 0.1}),
        ("12", {"type": "string"}, "12"),
        ("1e-", {"type": "number"}, "1e-"),
        ("balanced", _node("training", "class_weights"), "balanced"),
        ("[1, 2]", _node("training", "class_weights"), [1, 2]),
    ],
)
def test_a_line_means_what_a_person_means_by_it(text: str, node: Node, value: Any) -> None:
    assert read(text, node) == value


def test_text_that_could_steer_a_terminal_is_shown_as_escapes() -> None:
    assert text_of("a\x1b[2J", {"type": "string"}) == "a\\x1b[2J"


def test_a_path_is_its_own_text() -> None:
    assert text_of(str(Path("/a b")), {"type": "string", "format": "path"}) == "/a b"
