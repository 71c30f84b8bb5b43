"""What a profile may say of code of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from workbench.config.custom import CustomSection


def section(**given: Any) -> CustomSection:
    return CustomSection.model_validate({"callable": "a:b", **given}, context={"base": "/here"})


def test_the_folder_is_the_profiles_own() -> None:
    assert section().folder == Path("/here")
    assert section(folder="code").folder == Path("/here/code")


@pytest.mark.parametrize("name", ["a:b", "a.b.c:d", "a:B.c", "_a1:_b2"])
def test_a_callable_is_a_module_and_a_name_in_it(name: str) -> None:
    assert section(callable=name).callable == name


@pytest.mark.parametrize("name", ["", "a", "a:", ":b", "a/b:c", "a:b()", "a:b\n", "1:b"])
def test_other_texts_are_no_callable(name: str) -> None:
    with pytest.raises(ValidationError):
        section(callable=name)


@pytest.mark.parametrize("value", [True, 3, 0.5, "text", [], [1, 0.5, "a", False]])
def test_arguments_are_plain_values_and_lists_of_them(value: object) -> None:
    assert section(arguments={"x": value}).arguments == {"x": value}


@pytest.mark.parametrize("value", [None, {}, [[1]], float("nan"), [float("inf")], b"x"])
def test_other_arguments_are_refused(value: object) -> None:
    with pytest.raises(ValidationError):
        section(arguments={"x": value})


@pytest.mark.parametrize("name", ["", "a-b", "1a", "a.b"])
def test_arguments_have_names_that_python_has(name: str) -> None:
    with pytest.raises(ValidationError):
        section(arguments={name: 1})
