"""Values in plain words."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.config.wording import dotted, listed, nearest, printable, shortened, shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3, "3"),
        (0.001, "0.001"),
        (float("inf"), "inf"),
        ("adam", "'adam'"),
        ("\x1b[31m", "'\\x1b[31m'"),
        ([], "an empty list"),
        ([1, 0.5, "a", True], "[1, 0.5, 'a', true]"),
        ([1, [2]], "a list of 2 values"),
        ([1] * 100, "a list of 100 values"),
        (["x" * 50] * 2, "a list of 2 values"),
        ({"a": 1}, "a table"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
    ],
)
def test_values_look_as_in_a_profile(value: object, text: str) -> None:
    assert shown(value) == text


@given(st.text() | st.integers() | st.floats() | st.lists(st.text()))
def test_a_shown_value_is_short_and_printable(value: object) -> None:
    assert len(shown(value)) <= 62
    assert shown(value).isprintable()


def test_a_number_of_any_size_can_be_shown() -> None:
    assert shown(16**100_000).startswith("0x1000")
    assert shown(-(16**100_000)).startswith("-0x1000")


@given(st.text(st.characters()))
def test_printable_text_has_no_control_characters(text: str) -> None:
    assert printable(text).isprintable()
    assert printable(printable(text)) == printable(text)


def test_terminal_escapes_bidi_marks_and_broken_text_are_written_out() -> None:
    assert printable("a\x9b\u202eb\udcff\n") == "a\\x9b\\u202eb\\udcff\\n"
    assert printable("häß 日本 ✓") == "häß 日本 ✓"


def test_lists_read_as_sentences() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a or b",
        "a, b or c",
    ]


def test_the_nearest_word_ignores_case_and_gives_up_on_nonsense() -> None:
    assert nearest("ADMA", ["adam", "sgd"]) == "adam"
    assert nearest("xyz", ["adam", "sgd"]) == ""


def test_a_cut_shows() -> None:
    assert shortened("x" * 100, 10) == "x" * 9 + "…"
    assert dotted(["data", "augment", 0, "x" * 99]) == f"data.augment.0.{'x' * 59}…"
