"""`workbench note RUN [TEXT]`: a note on a run, for people."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.options import json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line, print_note


@click.command(
    epilog="""\b
Examples:
  workbench note latest
  workbench note latest 'the first one with dropout'
  workbench note quickstart --clear"""
)
@run_argument
@click.argument("text", required=False)
@click.option("--clear", is_flag=True, help="Take the note away.")
@json_option
@runs_option
def command(*, reference: str, text: str | None, clear: bool, as_json: bool, runs: Path) -> None:
    """Write TEXT as the note on RUN, in place of the old one; without TEXT, print it.

    RUN is an id, an unambiguous part of it, or `latest`. TEXT may have several lines.
    """
    from workbench.store.notes import Notes, load_notes, write_notes
    from workbench.store.runs import RunStore

    if clear and text is not None:
        raise click.UsageError("--clear takes no TEXT")
    run = RunStore(runs).find(reference)
    notes = load_notes(run.path)
    if clear or text is not None:
        notes = Notes(tags=notes.tags, note=(text or "").strip())
        write_notes(run.path, notes)
    if as_json:
        print_json({"id": run.id, "path": run.path, "note": notes.note})
    elif notes.note:
        for line in notes.note.splitlines():
            print_line(line)
    else:
        print_note(f"run {run.id} has no note")
