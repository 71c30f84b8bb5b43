"""Asking before something is deleted."""

from __future__ import annotations

import io

import pytest

from workbench.cli.consent import is_agreed
from workbench.errors import WorkbenchError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "agreed"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_the_answer_counts_and_the_default_is_no(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    agreed: bool,
) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(answer))
    assert is_agreed("Delete \x1b[2J?") is agreed
    output = capsys.readouterr()
    assert "\x1b[2J" not in output.out + output.err
    assert output.err.startswith("Delete ")


def test_where_nobody_is_there_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(WorkbenchError, match="nobody is there to ask"):
        is_agreed("Delete?")


def test_a_closed_standard_input_is_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(WorkbenchError, match="nobody is there to ask"):
        is_agreed("Delete?")
