"""The table of runs as texts and widths, before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from workbench.store.cells import cell
from workbench.store.rows import Row
from workbench.store.status import ACTIVE

GAP = 2
"""Spaces between columns."""

SHORTEST_ID = 16
"""Cells of an id at least: an ellipsis, the end of its name, its six digits."""

LONGEST = 32
"""Cells of any other column at most."""

BAR_WIDTH = 6

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Column:
    name: str
    width: int
    is_number: bool


def texts_of(row: Row, names: Sequence[str], *, unicode: bool) -> Texts:
    """What stands in the cells of a run; only its id where it was not read yet."""
    if "state" not in row:
        return tuple(str(row["id"]) if name == "id" else "" for name in names)
    return tuple(_text(row, name, unicode=unicode) for name in names)


def _text(row: Row, name: str, *, unicode: bool) -> str:
    text = cell(row, name).partition("\n")[0]
    if name == "epochs" and row["state"] in ACTIVE:
        return f"{_bar(row, unicode=unicode)} {text}"
    return text


def _bar(row: Row, *, unicode: bool) -> str:
    """How much of a training is done; empty while its length is not known."""
    done, total = row.get("steps"), row.get("total_steps")
    if not isinstance(done, int) or not isinstance(total, int) or not total:
        return ""
    filled = min(BAR_WIDTH * done // total, BAR_WIDTH)
    full, rest = ("━", "╌") if unicode else ("#", "-")
    return full * filled + rest * (BAR_WIDTH - filled)


def columns_of(
    names: Sequence[str], rows: Sequence[Row], texts: Sequence[Texts], width: int
) -> list[Column]:
    """Each column as wide as it needs; in a narrow place the id gives way first."""
    # Two cells more in the header, for the mark of the sorted column.
    widths = {
        name: max([cell_len(name) + 2, *(_cells(each[place]) for each in texts)])
        for place, name in enumerate(names)
    }
    widths = {name: w if name == "id" else min(w, LONGEST) for name, w in widths.items()}
    if "id" in widths:
        room = width - sum(w + GAP for name, w in widths.items() if name != "id")
        widths["id"] = min(widths["id"], max(room, SHORTEST_ID))
    return [Column(name, widths[name], _is_number(name, rows)) for name in names]


@lru_cache(maxsize=1 << 16)
def _cells(text: str) -> int:
    return cell_len(text)


def _is_number(name: str, rows: Sequence[Row]) -> bool:
    return name != "created" and any(isinstance(row.get(name), int | float) for row in rows)


def fitted(text: str, column: Column, *, unicode: bool) -> str:
    """The text in exactly the column's width; of a long id its end is kept, which tells it."""
    width = column.width
    if (length := _cells(text)) <= width:
        pad = " " * (width - length)
        return pad + text if column.is_number else text + pad
    more = "…" if unicode else "~"
    if column.name == "id":
        return more + text[len(text) - width + 1 :]  # ids are ASCII
    return set_cell_size(text, width - 1) + more
