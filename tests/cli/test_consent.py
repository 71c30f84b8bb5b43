"""Asking before something is deleted."""

from __future__ import annotations

import io
from collections.abc import Callable

import click
import pytest

from workbench.cli.consent import is_agreed
from workbench.errors import WorkbenchError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Terminal]:
    """Somebody types; returns where the question is written."""

    def types(text: str) -> Terminal:
        screen = Terminal()
        monkeypatch.setattr("sys.stdin", Terminal(text))
        monkeypatch.setattr("sys.stderr", screen)
        return screen

    return types


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_the_answer_counts_and_the_default_is_no(
    terminal: Callable[[str], Terminal], answer: str, agreed: bool
) -> None:
    screen = terminal(answer)
    assert is_agreed("Delete \x1b[2J?") is agreed
    assert "\x1b[2J" not in screen.getvalue()
    assert screen.getvalue().startswith("Delete ")


def test_no_answer_at_all_says_that_nothing_was_deleted(
    terminal: Callable[[str], Terminal],
) -> None:
    screen = terminal("")
    with pytest.raises(click.Abort):
        is_agreed("Delete?")
    assert screen.getvalue().endswith("\nnothing was deleted\n")


@pytest.mark.parametrize("stream", ["stdin", "stderr"])
@pytest.mark.parametrize("other", [io.StringIO("y\n"), None])
def test_where_nobody_is_there_or_sees_the_question_it_is_refused(
    terminal: Callable[[str], Terminal],
    monkeypatch: pytest.MonkeyPatch,
    stream: str,
    other: io.StringIO | None,
) -> None:
    terminal("y\n")
    monkeypatch.setattr(f"sys.{stream}", other)
    with pytest.raises(WorkbenchError, match="nobody is there to ask"):
        is_agreed("Delete?")
