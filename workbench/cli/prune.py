"""`workbench prune RUN`: free the space of checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.consent import dry_run_option, is_agreed, yes_option
from workbench.cli.options import json_option, runs_option
from workbench.cli.output import print_json, print_line, print_note
from workbench.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.store.pruning import Prunable
    from workbench.store.runs import Run

    Plan = Mapping[Run, list[Prunable]]


@click.command(
    epilog="""\b
Examples:
  workbench prune latest --dry-run
  workbench prune latest --keep-best
  workbench prune quickstart-c62021 --yes"""
)
@click.argument("references", metavar="RUN...", nargs=-1, required=True)
@click.option("--keep-best", is_flag=True, help="Keep the checkpoint of the best epoch.")
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
    keep_best: bool,
    dry_run: bool,
    agreed: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Delete the checkpoints of each RUN; weights, metrics and profile stay.

    A pruned run cannot go on where it stopped; with --keep-best it can from its
    best epoch. So it asks first where a run is not finished. One that trains is
    busy (exit code 75), and then nothing is deleted. RUN is an id, an
    unambiguous part of it, or `latest`.
    """
    from workbench.store.ended import check_ended
    from workbench.store.pruning import all_but_best, all_checkpoints, prune
    from workbench.store.runs import RunStore

    found = {run.id: run for run in map(RunStore(runs).find, references)}
    for run in found.values():
        check_ended(run)
    choose = all_but_best if keep_best else all_checkpoints
    plan = {run: choose(run) for run in found.values()}
    if not dry_run:
        if not agreed and not _is_agreed(plan, keep_best=keep_best):
            print_note("nothing was deleted")
            context.exit(ExitCode.FAILED)
        for run, files in plan.items():
            prune(run, files)
    if as_json:
        print_json(_facts(plan, deleted=not dry_run))
        return
    for line in _lines(plan, deleted=not dry_run):
        print_line(line)
    if any(plan.values()):
        print_note(_consequence(keep_best=keep_best))


def _is_agreed(plan: Plan, *, keep_best: bool) -> bool:
    unfinished = [run for run, files in plan.items() if files and run.status().state != "finished"]
    for run in unfinished:
        print_note(f"run {run.id} is not finished: its state is {run.status().state}")
    if not unfinished:
        return True
    print_note(_consequence(keep_best=keep_best))
    return is_agreed("Delete the checkpoints?")


def _consequence(*, keep_best: bool) -> str:
    if keep_best:
        return "a pruned run can be resumed from its best epoch only"
    return "a pruned run cannot be resumed: it would begin again at step 0"


def _facts(plan: Plan, *, deleted: bool) -> dict[str, object]:
    return {
        "deleted": deleted,
        "runs": [
            {"id": run.id, "path": str(run.path), "files": files, "bytes": _bytes(files)}
            for run, files in plan.items()
        ],
        "bytes": sum(map(_bytes, plan.values())),
    }


def _lines(plan: Plan, *, deleted: bool) -> list[str]:
    from workbench.cli.wording import size
    from workbench.config.wording import counted

    verb = "deleted" if deleted else "would delete"
    lines = []
    for run, files in plan.items():
        lines.append(
            f"{run.id}: {verb} {counted(len(files), 'file')}, {size(_bytes(files))}"
            if files
            else f"{run.id}: no checkpoint to delete"
        )
        if not deleted:
            lines += [f"  {size(file.bytes):>9}  {file.name}" for file in files]
    return lines


def _bytes(files: list[Prunable]) -> int:
    return sum(file.bytes for file in files)
