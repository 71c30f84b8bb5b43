"""A confusion table on terminals of any width and encoding."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from workbench.cli import confusion
from workbench.cli.confusion import print_confusion

CIFAR10 = ["airplane", "automobile", "bird", "cat", "deer"]
CIFAR10 += ["dog", "frog", "horse", "ship", "truck"]


def on_console(console: Console, names: Sequence[str], counts: object) -> list[str]:
    """The lines of a table without trailing spaces."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confusion, "stdout_console", lambda: console)
        print_confusion("test set", names, np.array(counts))
    file = console.file
    assert isinstance(file, io.TextIOWrapper)
    file.seek(0)
    return [line.rstrip() for line in file.read().splitlines()]


def printed(
    names: Sequence[str], counts: object, width: int = 80, encoding: str = "utf-8"
) -> list[str]:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    return on_console(Console(file=file, width=width, markup=False, emoji=False), names, counts)


def mistaken(classes: int, count: int) -> list[list[int]]:
    """Every class `count` times right, and once taken for the next."""
    counts = np.eye(classes, dtype=int) * count + np.roll(np.eye(classes, dtype=int), 1, axis=1)
    table: list[list[int]] = counts.tolist()
    return table


# The whole table


def test_rows_are_true_classes_with_their_accuracy() -> None:
    assert printed(["cat", "dog", "ray"], [[3, 1, 0], [0, 12, 0], [0, 0, 0]]) == [
        "Confusion   test set   rows: true class, columns: predicted class",
        "     cat  dog  ray     right",
        "cat    3    1    ·   75.00 %",
        "dog    ·   12    ·  100.00 %",
        "ray    ·    ·    ·         -",
    ]


def test_ten_classes_fit_80_columns_with_shorter_names_and_whole_counts() -> None:
    title, head, first, *rows = printed(CIFAR10, mistaken(10, 999))
    assert head.split() == ["airp…", "auto…", *CIFAR10[2:], "right"]
    assert first.split() == ["airplane", "999", "1", *"·" * 8, "99.90", "%"]
    assert len(rows) == 9
    assert max(map(len, [title, head, first, *rows])) <= 80


def test_where_there_is_room_every_name_is_whole() -> None:
    head = printed(CIFAR10, mistaken(10, 999), width=160)[1]
    assert head.split() == [*CIFAR10, "right"]


def test_names_with_one_beginning_are_told_apart_by_their_ends() -> None:
    names = [f"class-{number}" for number in range(12)]
    head = printed(names, mistaken(12, 999))[1]
    assert head.split()[:3] == ["…s-0", "…s-1", "…s-2"]
    assert head.split()[-2:] == ["…-11", "right"]


def test_names_that_cannot_be_told_apart_are_numbered() -> None:
    names = [f"the {number} of them" for number in range(20)]
    _, head, *rows = printed(names, mistaken(20, 9))
    assert head.split() == [*map(str, range(1, 21)), "right"]
    assert rows[0].startswith(" 1 the 0")
    assert rows[19].startswith("20 the")


def test_wide_characters_keep_the_columns_straight() -> None:
    _, *lines = printed(["飞机飞机飞机", "汽车", "鸟"], mistaken(3, 50))
    assert len({cell_len(line) for line in lines}) == 1


@given(
    names=st.lists(st.text(max_size=30), min_size=1, max_size=22),
    count=st.integers(0, 10**7),
    width=st.integers(60, 200),
)
def test_no_line_is_wider_than_the_terminal_and_no_count_is_cut(
    names: list[str], count: int, width: int
) -> None:
    lines = printed(names, mistaken(len(names), count), width)
    assert max(map(cell_len, lines)) <= width
    text = " ".join(lines[1:]).replace(",", "")
    assert str(count) in text or str(count + 1) in text


# The worst of many classes


def test_of_many_classes_the_worst_are_shown_with_what_they_are_taken_for() -> None:
    counts = np.eye(100, dtype=int) * 100
    counts[7, [7, 3, 9, 4, 5]] = [40, 30, 20, 8, 2]
    counts[50, [50, 51]] = [75, 25]
    lines = printed([f"class {number}" for number in range(100)], counts)
    assert lines == [
        "Confusion   test set   the worst of 100 classes; --json has all",
        "             right  images  taken for",
        "class 7    40.00 %     100  class 3 30, class 9 20, class 4 8",
        "class 50   75.00 %     100  class 51 25",
    ]


def test_of_the_worst_five_are_shown() -> None:
    assert len(printed([f"c{n}" for n in range(21)], mistaken(21, 3))) == 2 + 5


def test_a_table_whose_counts_do_not_fit_is_told_by_its_worst_too() -> None:
    names = [f"c{n}" for n in range(20)]
    assert "rows: true class" in printed(names, mistaken(20, 12_000), width=160)[0]
    title, _, *rows = printed(names, mistaken(20, 12_000))
    assert title.endswith("the worst of 20 classes; --json has all")
    assert rows[0] == "c0   99.99 %  12,001  c1 1"


def test_many_classes_without_a_mistake_need_no_table() -> None:
    assert printed([f"c{n}" for n in range(30)], np.eye(30, dtype=int)) == [
        "Confusion   test set   none of the 30 classes is taken for another"
    ]


LONG = [f"a rather long name of a class, number {number}" for number in range(30)]


@pytest.mark.parametrize(("width", "first"), [(80, "…f a class, number 0"), (180, LONG[0])])
def test_long_names_among_the_worst_have_the_room_there_is_and_are_told_apart(
    width: int, first: str
) -> None:
    _, _, *rows = printed(LONG, mistaken(30, 3), width=width)
    assert rows[0].startswith(f"{first}   75.00 %       4  {first.replace('0', '1')} 1")
    assert len({row.partition("  75")[0] for row in rows}) == 5


def test_names_among_the_worst_that_differ_only_where_they_are_cut_are_numbered() -> None:
    names = [f"a rather long name, {number:02}, of one of the classes" for number in range(30)]
    _, _, *rows = printed(names, mistaken(30, 3))
    assert rows[0].startswith("1 a rather long nam…   75.00 %       4  2 a rather long nam… 1")


# Terminals


@pytest.mark.parametrize("classes", [10, 30])
def test_without_unicode_it_is_ascii(classes: int) -> None:
    names = [f"ñandú with a long name {number}" for number in range(classes)]
    lines = printed(names, mistaken(classes, 99), encoding="ascii")
    assert "\n".join(lines).isascii()
    assert any("~" in line for line in lines)


@pytest.mark.parametrize(("no_color", "is_bold"), [(False, True), (True, False)])
def test_the_diagonal_is_bold_unless_colours_are_not_wanted(
    no_color: bool, is_bold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    file = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    console = Console(file=file, width=80, force_terminal=True, no_color=no_color)
    lines = on_console(console, ["cat", "dog"], [[17, 1], [0, 12]])
    assert ("\x1b[1m17" in lines[2].replace(" ", "")) == is_bold
    assert ("\x1b" in "".join(lines)) == is_bold


def test_a_class_name_cannot_steer_the_terminal() -> None:
    lines = printed(["a\x1b[31mb", "[red]x[/red]"], mistaken(2, 5))
    assert "\x1b" not in "".join(lines)
    assert lines[1].split() == ["a\\x1b[31mb", "[red]x[/red]", "right"]
