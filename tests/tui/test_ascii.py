"""Block characters as ASCII of the same width."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workbench.tui.ascii import ASCII_ERRORS


def plain(text: str) -> str:
    return text.encode("ascii", ASCII_ERRORS).decode("ascii")


@pytest.mark.parametrize(
    ("text", "ascii_text"),
    [
        ("╭──╮ │ ╰┴╯", "+--+ | +++"),
        ("▁▄█ ░▒▓", "_## .:#"),
        ("⠀⠁⣿", " .#"),
        ("← → ↑ ↓ ⏎", "< > ^ v >"),
        ("• … – ×", "* . - x"),
        ("naïve 漢字", "na?ve ????"),
        ("e\u0301", "e"),
    ],
)
def test_a_character_becomes_what_it_looks_like_else_a_question_mark(
    text: str, ascii_text: str
) -> None:
    assert plain(text) == ascii_text


@given(st.characters(codec="utf-8", exclude_categories=["Cc"]))
def test_every_character_keeps_its_width(character: str) -> None:
    assert len(plain(character)) == cell_len(character)
