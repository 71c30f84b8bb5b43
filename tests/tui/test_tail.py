"""The end of a log."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.tui.tail import MOST_BYTES, MOST_LINES, Tail


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def test_a_missing_log_has_no_lines(log: Path) -> None:
    tail = Tail(log)
    assert not tail.read()
    assert list(tail.lines) == []


def test_lines_that_are_appended_are_read_once(log: Path) -> None:
    tail = Tail(log)
    log.write_text("one\ntw")
    assert tail.read()
    assert list(tail.lines) == ["one", "tw"]
    assert not tail.read()
    with log.open("a") as file:
        file.write("o\nthree\n")
    assert tail.read()
    assert list(tail.lines) == ["one", "two", "three"]


def test_of_a_huge_log_only_the_end_is_kept(log: Path) -> None:
    log.write_bytes(b"".join(b"line %d\n" % number for number in range(100_000)))
    tail = Tail(log)
    tail.read()
    assert len(tail.lines) == MOST_LINES
    assert tail.lines[-1] == "line 99999"


def test_one_endless_line_is_bounded(log: Path) -> None:
    log.write_bytes(b"x" * (3 * MOST_BYTES))
    tail = Tail(log)
    tail.read()
    assert len(tail.lines) == 1
    assert len(tail.lines[0]) <= 1000


def test_binary_and_escapes_become_visible_marks(log: Path) -> None:
    log.write_bytes(b"\x1b[2J\xff\x00end\r\n")
    tail = Tail(log)
    tail.read()
    assert tail.lines[0].isprintable()
    assert "end" in tail.lines[0]


def test_a_log_that_is_emptied_begins_anew(log: Path) -> None:
    log.write_text("a long first line\n")
    tail = Tail(log)
    tail.read()
    log.write_text("new\n")
    assert tail.read()
    assert list(tail.lines) == ["new"]


def test_a_pipe_is_no_log(log: Path) -> None:
    os.mkfifo(log)
    assert not Tail(log).read()


def test_a_log_that_was_emptied_is_another(log: Path) -> None:
    log.write_text("one\n")
    tail = Tail(log)
    tail.read()
    log.write_text("")
    assert tail.read()
    assert list(tail.lines) == []
    assert not tail.read()
