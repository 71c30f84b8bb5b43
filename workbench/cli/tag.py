"""`workbench tag RUN [TAG...]`: words to find a run by."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.options import json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line, print_note


@click.command(
    epilog="""\b
Examples:
  workbench tag latest
  workbench tag latest baseline 'with dropout'
  workbench tag latest final --remove baseline"""
)
@run_argument
@click.argument("tags", metavar="[TAG]...", nargs=-1)
@click.option("--remove", "removed", multiple=True, metavar="TAG", help="Take this tag away.")
@json_option
@runs_option
def command(
    *,
    reference: str,
    tags: tuple[str, ...],
    removed: tuple[str, ...],
    as_json: bool,
    runs: Path,
) -> None:
    """Add each TAG to RUN; without TAG, print the tags, one a line.

    RUN is an id, an unambiguous part of it, or `latest`. A comma separates tags,
    so `a,b` is two. --remove may be given again, and takes away what is there.
    """
    from workbench.store.notes import changed_tags, load_notes, parse_tags, write_notes
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    notes = load_notes(run.path)
    new = changed_tags(
        notes.tags, add=parse_tags(",".join(tags)), remove=parse_tags(",".join(removed))
    )
    if new != notes.tags:
        notes = notes.model_copy(update={"tags": new})
        write_notes(run.path, notes)
    if as_json:
        print_json({"id": run.id, "path": run.path, "tags": list(notes.tags)})
    elif notes.tags:
        for tag in notes.tags:
            print_line(tag)
    else:
        print_note(f"run {run.id} has no tags")
