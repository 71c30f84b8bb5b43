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

    from workbench.store.trash import Emptied, Trash, Trashed


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
    elif not empty:
        _list(trash, as_json=as_json)
    elif dry_run:
        _show(trash, as_json=as_json)
    else:
        context.exit(_empty(trash, agreed=agreed, as_json=as_json))


def _put(trash: Trash, references: Sequence[str], *, as_json: bool) -> None:
    from workbench.store.commands import command_for
    from workbench.store.runs import Run, RunStore

    found = {run.id: run for run in map(RunStore(trash.root).find, references)}
    moved = trash.put([*found.values()])
    if as_json:
        print_json({"trashed": [{"id": run.id, "path": run.path} for run in moved]})
        return
    for run in moved:
        print_line(f"moved run {run.id} to the trash")
        print_line(f"undo: {command_for('restore', Run(trash.root / run.id))}")


def _list(trash: Trash, *, as_json: bool) -> None:
    contents = trash.contents()
    if as_json:
        print_json(_facts(trash, contents))
    else:
        _print_list(trash, contents)


def _show(trash: Trash, *, as_json: bool) -> None:
    contents = trash.contents()
    if as_json:
        print_json({"deleted": False, **_facts(trash, contents), "kept": []})
    else:
        _print_list(trash, contents)


def _print_list(trash: Trash, contents: Sequence[Trashed]) -> None:
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
            {"id": name, "path": trash.path / name, "bytes": each.bytes}
            for name, each in zip(names, contents, strict=True)
        ],
        "bytes": sum(each.bytes for each in contents),
    }


def _lines(contents: Sequence[Trashed]) -> list[str]:
    from workbench.config.wording import counted
    from workbench.store.wording import size

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
    emptied = trash.empty(contents)
    if as_json:
        kept = [{"path": clean(each.name), "reason": clean(each.reason)} for each in emptied.kept]
        print_json({"deleted": True, **_facts(trash, emptied.deleted), "kept": kept})
    else:
        _say_emptied(trash, emptied)
    return ExitCode.FAILED if emptied.kept else ExitCode.DONE


def _say_emptied(trash: Trash, emptied: Emptied) -> None:
    for each in emptied.gone:
        print_note(f"not deleted, it is not in the trash any more: {each.name}")
    for left in emptied.kept:
        print_note(f"could not delete {left.name}: {left.reason}")
    if emptied.kept:
        print_note(f"what is left lies in {trash.path}")
    if emptied.deleted:
        print_line(f"deleted {_lines(emptied.deleted)[-1]}")
    elif not emptied.kept and not emptied.gone:
        print_line("the trash is empty")
