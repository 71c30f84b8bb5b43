from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store.text import MAX_TEXT, clean, clean_value


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("sgd, lr 0.1 — größer", "sgd, lr 0.1 — größer"),
        ("two\nlines\tand\r\na tab", "two lines and  a tab"),
        ("\x1b[31mred\x1b]52;c;eA==\x07", "␛[31mred␛]52;c;eA==␇"),
        ("c1 \x9b31m", "c1 \ufffd31m"),
        ("\u202egnp.exe", "\ufffdgnp.exe"),
        ("one\u2028two", "one two"),
        ("lone \udc80 surrogate", "lone \ufffd surrogate"),
        (
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
            "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        ),
    ],
)
def test_what_could_steer_a_terminal_becomes_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean("x" * (MAX_TEXT + 1)) == "x" * (MAX_TEXT - 1) + "…"


@given(st.text(st.characters(categories=None) | st.characters(max_codepoint=0x9F)))
def test_cleaned_text_is_one_encodable_line_and_stays_as_it_is(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned


def test_all_text_inside_a_value_is_cleaned() -> None:
    assert clean_value({"a\n": ["b\x1b", 1]}) == {"a ": ["b␛", 1]}


def test_tables_deeper_than_python_recurses_become_an_ellipsis() -> None:
    value: object = "x"
    for _ in range(5000):
        value = {"a": [value]}
    cleaned = clean_value(value)
    for _ in range(50):
        assert isinstance(cleaned, dict)
        (cleaned,) = cleaned["a"]
    assert cleaned == "…"


def test_a_whole_number_that_json_cannot_hold_becomes_text() -> None:
    assert clean_value([10**30, 2**63, -(2**63), True]) == [str(10**30), str(2**63), -(2**63), True]
