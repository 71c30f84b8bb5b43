"""`workbench trash`: set runs aside, see what was, delete it for good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.consent import dry_run_option, is_agreed, yes_option
from workbench.cli.options import json_option, runs_option
from workbench.cli.output import print_json, print_line, print_note
from workbench.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.store.deletion import Kept
    from workbench.store.trash import Trash, Trashed


@click.command(
    epilog="""\b
Examples:
  workbench trash latest
  workbench trash
  workbench trash --empty --dry-run
  workbench trash --empty --yes --json"""
)
@click.argument("references", metavar="[RUN]...", nargs=-1)
@click.option("--empty", is_flag=True, help="Delete all that is in the trash, for good.")
@dry_run_option
@yes_option
@json_option
@runs_option
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    references: tuple[str, ...],
    empty: bool,
    dry_run: bool,
    agreed: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Move each RUN into the trash; without RUN, list what is there.

    RUN is an id, an unambiguous part of it, or `latest`. A run that trains is
    busy (exit code 75), and then none is moved. The trash is the folder .trash
    beside the runs; `workbench restore` takes a run out of it.
    """
    from workbench.store.trash import Trash

    if references and (empty or dry_run or agreed):
        raise click.UsageError("--empty, --dry-run and --yes take no RUN")
    if (dry_run or agreed) and not empty:
        raise click.UsageError("--dry-run and --yes belong to --empty")
    trash = Trash(runs)
    if references:
        _put(trash, references, as_json=as_json)
    elif empty and not dry_run:
        context.exit(_empty(trash, agreed=agreed, as_json=as_json))
    else:
        _list(trash, as_json=as_json)


def _put(trash: Trash, references: Sequence[str], *, as_json: bool) -> None:
    from workbench.cli.training import command_for
    from workbench.store.runs import Run, RunStore

    found = {run.id: run for run in map(RunStore(trash.root).find, references)}
    moved = trash.put([*found.values()])
    if as_json:
        print_json({"trashed": [{"id": run.id, "path": str(run.path)} for run in moved]})
        return
    for run in moved:
        print_line(f"moved run {run.id} to the trash")
        print_line(f"undo: {command_for('restore', Run(trash.root / run.id))}")


def _list(trash: Trash, *, as_json: bool) -> None:
    contents = trash.contents()
    if as_json:
        print_json(_facts(trash, contents))
        return
    if not contents:
        print_note(f"no runs in {trash.path}")
        return
    for line in _lines(contents):
        print_line(line)


def _facts(trash: Trash, contents: Sequence[Trashed]) -> dict[str, object]:
    from workbench.store.text import clean

    # What an id never has a leftover's name may have: bytes that are no text, escape sequences.
    names = [clean(each.name) for each in contents]
    return {
        "runs": [
            {"id": name, "path": str(trash.path / name), "bytes": each.bytes}
            for name, each in zip(names, contents, strict=True)
        ],
        "bytes": sum(each.bytes for each in contents),
    }


def _lines(contents: Sequence[Trashed]) -> list[str]:
    from workbench.cli.wording import size
    from workbench.config.wording import counted

    sizes = [size(each.bytes) for each in contents]
    width = max(map(len, sizes))
    total = size(sum(each.bytes for each in contents))
    lines = [f"{text:>{width}}  {each.name}" for text, each in zip(sizes, contents, strict=True)]
    return [*lines, f"{counted(len(contents), 'run')}, {total}"]


def _empty(trash: Trash, *, agreed: bool, as_json: bool) -> int:
    from workbench.store.text import clean

    contents = trash.contents()
    if contents and not agreed:
        for line in _lines(contents):
            print_note(line)
        if not is_agreed("Delete them for good?"):
            print_note("nothing was deleted")
            return ExitCode.FAILED
    kept = trash.empty()
    if as_json:
        facts = [{"path": clean(each.name), "reason": each.reason} for each in kept]
        print_json({**_facts(trash, contents), "kept": facts})
    else:
        _say_emptied(contents, kept)
    return ExitCode.FAILED if kept else ExitCode.DONE


def _say_emptied(contents: Sequence[Trashed], kept: Sequence[Kept]) -> None:
    for each in kept:
        print_note(f"could not delete {each.name}: {each.reason}")
    if not kept:
        print_line(f"deleted {_lines(contents)[-1]}" if contents else "the trash is empty")
