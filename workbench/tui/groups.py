"""Lines of the table of runs, those together that have one value in common. Knows no widget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.config.wording import counted
from workbench.store.cells import cell
from workbench.store.rows import Row, sorted_rows
from workbench.store.status import ACTIVE
from workbench.tui.listing import Entry

ALWAYS = ("state", "name", "tags")
"""What runs can be grouped by, beside the keys of the profile in which they differ."""

LIVE = ACTIVE | {"preparing", "waiting"}


@dataclass(frozen=True)
class Group:
    name: str
    """Of the value that its entries share; empty where nothing is grouped."""
    value: str
    """As a cell of the table shows it; empty for those that lack it."""
    entries: Sequence[Entry]

    @property
    def size(self) -> str:
        """`1 run`, `12 runs`."""
        return counted(len(self.entries), "run")


def grouped(entries: Sequence[Entry], name: str, sort: str) -> list[Group]:
    """The groups in the order of their values, each with its entries in the order they had.

    Those that lack the value come last, and of the states the live ones first.
    Where `sort` is by the same name from large to small, so are the groups.
    Without a `name` all are one group.
    """
    if not name:
        return [Group("", "", entries)]
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(_value(entry.row, name), []).append(entry)
    lacking = groups.pop("", [])
    order = sort if sort.removeprefix("-") == name else name
    firsts = _live_first((each[0].row for each in groups.values()), name, order)
    values = [_value(row, name) for row in firsts]
    parts = [Group(name, value, groups[value]) for value in values]
    return [*parts, Group(name, "", lacking)] if lacking else parts


def body_of(groups: Sequence[Group]) -> list[int | Group]:
    """The entries by their places among all, each group below itself where it has a name."""
    body: list[int | Group] = []
    place = 0
    for group in groups:
        body += [group] if group.name else []
        body += range(place, place + len(group.entries))
        place += len(group.entries)
    return body


def _value(row: Row, name: str) -> str:
    """Empty where there is none; equal texts are one group."""
    return "" if row.get(name) in (None, "") else cell(row, name).partition("\n")[0]


def _live_first(rows: Iterable[Row], name: str, order: str) -> list[Row]:
    rows = sorted_rows(rows, order)
    return sorted(rows, key=lambda row: row["state"] not in LIVE) if name == "state" else rows
