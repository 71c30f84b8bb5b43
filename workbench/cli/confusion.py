"""A confusion table in the terminal: whole where it fits, of many classes the worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.table import Table
from rich.text import Text

from workbench.analysis.confusion import Mistaken, per_class_accuracy, worst_classes
from workbench.cli.output import stdout_console
from workbench.config.wording import printable
from workbench.store.wording import percent

if TYPE_CHECKING:
    from rich.console import Console

    from workbench.analysis.confusion import Counts

LARGEST_TABLE = 20
"""Classes up to which the whole table is shown; --json has it in any case."""

WORST, TAKEN_FOR = 5, 3
"""Classes that are shown of a larger table, and what each of them is taken for."""

NARROWEST = 60
"""Columns that a table needs: a narrower terminal wraps its lines, and nothing is left out."""

GAP = 2
RIGHT = len("100.00 %") + GAP
SHORTEST_LABEL = 6
"""Columns that a row's name keeps at least."""


@dataclass(frozen=True)
class _Marks:
    """What a terminal can show: without UTF-8 ASCII, without colours no styles either."""

    zero: str
    cut: str
    hit: str
    faint: str


def print_confusion(of: str, classes: Sequence[str], counts: Counts) -> None:
    """Print `counts` (classes, classes), a row for each true class, a column for each prediction.

    `of` says what was counted. Where the terminal is narrow the names give
    way, never the counts; columns whose names can't be told apart then have
    their rows' numbers. Of a table that does not fit even so, and of more than
    `LARGEST_TABLE` classes, the worst classes are shown.
    """
    console = stdout_console()
    console.width = max(console.width, NARROWEST)
    marks = _marks(console)
    names = [_name(name, console.encoding) for name in classes]
    worst = worst_classes(counts, WORST)
    if len(names) <= LARGEST_TABLE and _least_width(counts) <= console.width:
        what = "rows: true class, columns: predicted class"
        table = _whole(names, counts, console.width, marks)
    elif worst:
        what = f"the worst of {len(names)} classes; --json has all"
        table = _worst(names, worst, console.width, marks)
    else:
        what, table = f"none of the {len(names)} classes is taken for another", None
    console.print(Text.assemble(("Confusion", marks.hit), f"   {of}   {what}"))
    if table is not None:
        console.print(table, crop=False)


def _marks(console: Console) -> _Marks:
    zero, cut = ("·", "…") if console.encoding.startswith("utf") else (".", "~")
    is_styled = console.color_system is not None and not console.no_color
    return _Marks(zero, cut, *(("bold", "dim") if is_styled else ("", "")))


def _name(name: str, encoding: str) -> str:
    """Names come from folders: what could steer the terminal, or is not in it, is spelled out."""
    return printable(name).encode(encoding, "backslashreplace").decode(encoding)


# The whole table


def _digits(counts: Counts) -> int:
    """Of the largest count, or of the last column's number."""
    return len(str(max(counts.max(), len(counts))))


def _least_width(counts: Counts) -> int:
    return SHORTEST_LABEL + len(counts) * (_digits(counts) + 1) + RIGHT


def _whole(names: Sequence[str], counts: Counts, width: int, marks: _Marks) -> Table:
    longest = max(_digits(counts), *map(cell_len, names))
    room = width - RIGHT
    label = min(longest, max(room // 4, SHORTEST_LABEL), room - len(names) * (_digits(counts) + 1))
    column = min(longest + GAP, (room - label) // len(names))
    headers = _headers(names, column - 1, marks.cut)
    if len({*headers}) < len(names):
        headers = [str(number) for number in range(1, len(names) + 1)]
        names = [f"{number:>2} {name}" for number, name in zip(headers, names, strict=True)]
    table = _empty(marks)
    table.add_column("", width=label, no_wrap=True)
    for header in headers:
        table.add_column(header, justify="right", width=column, no_wrap=True)
    table.add_column("right", justify="right", width=RIGHT, no_wrap=True)
    for index, accuracy in enumerate(per_class_accuracy(counts)):
        cells = [_cell(n, marks, hit=i == index) for i, n in enumerate(counts[index].tolist())]
        table.add_row(_start(names[index], label, marks.cut), *cells, percent(accuracy))
    return table


def _empty(marks: _Marks) -> Table:
    return Table(box=None, padding=0, pad_edge=False, header_style=marks.hit)


def _cell(count: int, marks: _Marks, *, hit: bool) -> Text:
    if not count:
        return Text(marks.zero, marks.faint)
    return Text(str(count), marks.hit if hit else "")


def _headers(names: Sequence[str], width: int, cut: str) -> list[str]:
    """The names' beginnings or their ends, whichever tells more of them apart."""
    starts = [_start(name, width, cut) for name in names]
    ends = [_end(name, width, cut) for name in names]
    return max(starts, ends, key=lambda texts: len({*texts}))


def _start(name: str, width: int, cut: str) -> str:
    if cell_len(name) <= width:
        return name
    mark = _mark(width, cut)
    return set_cell_size(name, width - len(mark)).rstrip() + mark


def _end(name: str, width: int, cut: str) -> str:
    if cell_len(name) <= width:
        return name
    mark = _mark(width, cut)
    while cell_len(name) > width - len(mark):
        name = name[1:]
    return mark + name


def _mark(width: int, cut: str) -> str:
    """In a few columns a letter more says more than a mark."""
    return cut if width > 3 else ""


# The worst classes of a large one


def _worst(names: Sequence[str], worst: Sequence[Mistaken], width: int, marks: _Marks) -> Table:
    shown = _labels(names, worst, width // 4, marks.cut)
    label = max(cell_len(shown[each.index]) for each in worst)
    images = max(len("images"), *(len(f"{each.samples:,}") for each in worst)) + GAP
    room = width - label - RIGHT - images - GAP
    table = _empty(marks)
    table.add_column("", width=label, no_wrap=True)
    table.add_column("right", justify="right", width=RIGHT, no_wrap=True)
    table.add_column("images", justify="right", width=images, no_wrap=True)
    table.add_column("  taken for", no_wrap=True)
    for each in worst:
        others = [f"{shown[index]} {count:,}" for index, count in each.taken_for[:TAKEN_FOR]]
        row = [shown[each.index], percent(each.accuracy), f"{each.samples:,}"]
        table.add_row(*row, " " * GAP + _fitting(others, room))
    return table


def _labels(
    names: Sequence[str], worst: Sequence[Mistaken], width: int, cut: str
) -> dict[int, str]:
    """The names that are shown, by class; numbered where they can't be told apart otherwise."""
    others = {index for each in worst for index, _ in each.taken_for[:TAKEN_FOR]}
    indices = sorted({each.index for each in worst} | others)
    labels = _headers([names[index] for index in indices], width, cut)
    if len({*labels}) < len(labels):
        labels = [_start(f"{index + 1} {names[index]}", width, cut) for index in indices]
    return dict(zip(indices, labels, strict=True))


def _fitting(texts: Sequence[str], room: int) -> str:
    """As many of the texts as there is room for, but the first at least."""
    joined = [", ".join(texts[:count]) for count in range(len(texts), 0, -1)]
    return next((text for text in joined if cell_len(text) <= room), joined[-1])
