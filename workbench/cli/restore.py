"""`workbench restore RUN`: take runs out of the trash."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.options import json_option, runs_option
from workbench.cli.output import print_json, print_line


@click.command(
    epilog="""\b
Examples:
  workbench restore latest
  workbench restore quickstart-c62021"""
)
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@json_option
@runs_option
def command(*, references: tuple[str, ...], as_json: bool, runs: Path) -> None:
    """Move each RUN from the trash back to the runs.

    RUN is the id of a run in the trash, an unambiguous part of it, or `latest`,
    the newest run there. `workbench trash` lists them.
    """
    from workbench.store.trash import Trash

    trash = Trash(runs)
    found = {run.id: run for run in map(trash.find, references)}
    restored = trash.restore([*found.values()])
    if as_json:
        print_json({"restored": [{"id": run.id, "path": run.path} for run in restored]})
        return
    for run in restored:
        print_line(f"restored run {run.id}")
