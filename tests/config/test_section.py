"""Names of runs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.config.section import NAME_PATTERN, slug


@given(st.text())
def test_a_slug_is_a_valid_name(text: str) -> None:
    assert re.fullmatch(NAME_PATTERN, slug(text))


@given(st.from_regex(NAME_PATTERN, fullmatch=True).map(str.strip))
def test_a_name_that_ends_well_is_its_own_slug(name: str) -> None:
    assert slug(name) == name.rstrip("._-")


@pytest.mark.parametrize(
    ("text", "name"), [("My Run (2)", "my-run-2"), ("vgg_a.v2", "vgg_a.v2"), ("日本", "run")]
)
def test_a_slug_stays_readable(text: str, name: str) -> None:
    assert slug(text) == name
