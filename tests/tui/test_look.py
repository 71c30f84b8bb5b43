"""What the environment says of a terminal."""

from __future__ import annotations

import os

import pytest
from rich.console import Console

from workbench.tui.look import Look, TerminalError, check_terminal, look_here

GOOD = {"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}


def test_a_terminal_of_today_can_show_everything() -> None:
    assert look_here(ascii_only=False, environ=GOOD) == Look(color=True, unicode=True, palette=True)


@pytest.mark.parametrize(
    ("locale", "unicode"),
    [
        ({"LANG": "de_DE.utf8"}, True),
        ({"LANG": "C"}, False),
        ({"LANG": "en_US.ISO-8859-1"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, False),  # Python itself sets LC_CTYPE so
        ({"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, True),
        ({"LC_CTYPE": "C.UTF-8"}, True),
        ({}, True),
    ],
)
def test_the_locale_says_whether_there_are_block_characters(
    locale: dict[str, str], unicode: bool
) -> None:
    environ = {"TERM": "xterm-256color", **locale}
    assert look_here(ascii_only=False, environ=environ).unicode is unicode


def test_block_characters_can_be_declined_and_the_linux_console_has_none() -> None:
    assert not look_here(ascii_only=True, environ=GOOD).unicode
    assert not look_here(ascii_only=False, environ={**GOOD, "TERM": "linux"}).unicode


def test_no_color_takes_the_colours() -> None:
    assert not look_here(ascii_only=False, environ={**GOOD, "NO_COLOR": "1"}).color


@pytest.mark.parametrize("colorterm", ["", "truecolor", "24bit", "yes"])
@pytest.mark.parametrize(
    "term",
    ["xterm", "linux", "screen", "xterm-256color", "tmux-256color", "xterm-kitty", "alacritty"],
)
def test_the_palette_is_the_one_that_is_drawn_with(
    term: str, colorterm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"TERM": term, "COLORTERM": colorterm}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    drawn = Console(force_terminal=True).color_system
    assert look_here(ascii_only=False, environ=environ).palette is (drawn != "standard")


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "isatty", lambda descriptor: True)


@pytest.mark.usefixtures("on_terminal")
def test_a_terminal_that_cannot_move_its_cursor_is_refused_in_one_sentence() -> None:
    check_terminal(GOOD)
    with pytest.raises(TerminalError, match="TERM is dumb"):
        check_terminal({"TERM": "dumb"})
    with pytest.raises(TerminalError, match="TERM is not set"):
        check_terminal({})


@pytest.mark.parametrize(("missing", "name"), [(0, "input"), (2, "error")])
def test_what_is_no_terminal_is_named(
    missing: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "isatty", lambda descriptor: descriptor != missing)
    with pytest.raises(TerminalError, match=f"standard {name} is none"):
        check_terminal(GOOD)
