"""`workbench runs`: what has been trained, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import json_option, runs_option
from workbench.cli.output import print_json, print_note, stdout_console
from workbench.errors import WorkbenchError
from workbench.store.cells import COLUMNS, STATE_COLORS, cell

if TYPE_CHECKING:
    from rich.table import Table

    from workbench.store.rows import Row

DEFAULT = ",".join(COLUMNS)

GAP = 2
"""Spaces between columns."""

SHORTEST_ID = 12
"""Columns of an id at least: an ellipsis, the end of its name, its six digits."""


@click.command(
    epilog="""\b
Examples:
  workbench runs --limit 20
  workbench runs --where 'optimizer.lr<=1e-3' --where state=finished
  workbench runs --sort -best --columns id,best,optimizer.lr,seed
  workbench runs --json"""
)
@click.option(
    "--where",
    "conditions",
    multiple=True,
    metavar="COND",
    help="Only runs for which this holds: a name, one of < <= = != >= >, a value.",
)
@click.option("--sort", metavar="NAME", help="By this value; -NAME from large to small.")
@click.option(
    "--columns",
    default=DEFAULT,
    metavar="NAMES",
    help=f"Comma-separated names: any metric, any key of the profile; default {DEFAULT}.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="Show the first N; 0 is all.",
)
@json_option
@runs_option
def command(
    *,
    conditions: tuple[str, ...],
    sort: str | None,
    columns: str,
    limit: int,
    as_json: bool,
    runs: Path,
) -> None:
    """List runs, newest first."""
    from workbench.store.rows import check_names, parse_condition, row_of, sorted_rows
    from workbench.store.runs import RunStore

    wanted = [parse_condition(text) for text in conditions]
    selects = bool(wanted or sort)
    # Without a selection only the folders that are shown need be read.
    rows: list[Row] = [row_of(run) for run in RunStore(runs).list(0 if selects else limit)]
    known = rows
    named = [condition.name for condition in wanted]
    check_names([*named, *([sort.removeprefix("-")] if sort else [])], known)
    rows = [row for row in rows if all(condition.holds(row) for condition in wanted)]
    if sort:
        rows = sorted_rows(rows, sort)
    rows = rows[:limit] if limit else rows
    names = list(dict.fromkeys(name.strip() for name in columns.split(",") if name.strip()))
    if not names:
        raise WorkbenchError("--columns names no column", hint=f"by default it is {DEFAULT}")
    if names != list(COLUMNS):
        check_names(names, known)
    if as_json:
        print_json(rows if names == list(COLUMNS) else [_only(row, names) for row in rows])
        return
    if not rows:
        print_note(_empty(runs, selects=selects))
        return
    console = stdout_console()
    # A table too wide for the terminal goes on in its next line: nothing is cut off.
    console.print(_table(rows, names, console.width), crop=False)


def _only(row: Row, names: list[str]) -> Row:
    return {name: row.get(name) for name in names}


def _empty(runs: Path, *, selects: bool) -> str:
    if selects:
        return f"no run in {runs} matches; `workbench runs` shows all"
    return f"no runs in {runs} yet; start one with: workbench run profiles/quickstart.toml"


def _table(rows: list[Row], names: list[str], width: int) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="bold")
    texts = {name: [cell(row, name) for row in rows] for name in names}
    widths = {name: max(map(len, [name, *column])) for name, column in texts.items()}
    if "id" in texts:
        # Where the terminal is too narrow it is the id that gives way, and of it the date.
        room = width - sum(w + GAP for name, w in widths.items() if name != "id")
        widths["id"] = min(widths["id"], max(room, SHORTEST_ID))
        texts["id"] = [_ending_of(text, widths["id"]) for text in texts["id"]]
    for name in texts:
        is_number = any(isinstance(row.get(name), int | float) for row in rows)
        table.add_column(
            name,
            justify="right" if is_number and name != "created" else "left",
            no_wrap=True,
            min_width=widths[name],
        )
    for number in range(len(rows)):
        row = {name: column[number] for name, column in texts.items()}
        style = STATE_COLORS.get(row.get("state", ""), "")
        table.add_row(*(Text(t, style if name == "state" else "") for name, t in row.items()))
    return table


def _ending_of(text: str, length: int) -> str:
    return text if len(text) <= length else f"…{text[len(text) - length + 1 :]}"
