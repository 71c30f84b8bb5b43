"""What goes to which stream."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from workbench.cli.output import (
    print_json,
    print_line,
    print_note,
    print_warning,
    stderr_console,
    stdout_console,
)


@dataclass(frozen=True)
class Point:
    path: Path
    loss: float


def test_data_goes_to_one_stream_and_words_to_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("data")
    print_note("words")
    print_warning("careful")
    assert capsys.readouterr() == ("data\n", "words\nworkbench: warning: careful\n")


def test_lines_cannot_steer_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("a\x1b[2Jb")
    print_note("a\x07b")
    assert capsys.readouterr() == ("a\\x1b[2Jb\n", "a\\x07b\n")


def test_json_is_one_line_and_knows_records_paths_and_numbers_that_json_lacks(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    print_json([Point(Path("runs/é"), float("nan"))])
    output = capfdbinary.readouterr().out
    assert output.count(b"\n") == 1
    assert json.loads(output) == [{"path": "runs/é", "loss": None}]


def test_a_path_that_is_no_text_has_a_json_form(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json(Path("a\udcff"))
    assert json.loads(capfdbinary.readouterr().out) == "a\N{REPLACEMENT CHARACTER}"


def test_what_has_no_json_form_is_refused() -> None:
    with pytest.raises(TypeError):
        print_json(object())


def test_consoles_print_no_colours_where_no_terminal_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    stdout_console().print("[bold]name[/bold] 1", style="red")
    stderr_console().print("words", style="red")
    assert capsys.readouterr() == ("[bold]name[/bold] 1\n", "words\n")
