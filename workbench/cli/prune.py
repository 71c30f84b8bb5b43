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
    from collections.abc import Sequence

    from workbench.store.pruning import Plan, Prunable, Pruned
    from workbench.store.runs import Run


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
    if dry_run:
        _show(plan, keep_best=keep_best, as_json=as_json)
        return
    if not agreed and not _is_agreed(plan, keep_best=keep_best):
        print_note("nothing was deleted")
        context.exit(ExitCode.FAILED)
    pruned = prune(plan, choose)
    if as_json:
        kept = [{"path": each.name, "reason": each.reason} for each in pruned.kept]
        print_json({"deleted": True, **_facts(pruned.deleted), "kept": kept})
    else:
        _say_pruned(plan, pruned, keep_best=keep_best)
    context.exit(ExitCode.FAILED if pruned.kept else ExitCode.DONE)


def _is_agreed(plan: Plan, *, keep_best: bool) -> bool:
    unfinished = [run for run, files in plan.items() if files and run.status().state != "finished"]
    if not unfinished:
        return True
    for run, files in plan.items():
        print_note(_line(run, "would delete", files))
    for run in unfinished:
        print_note(f"run {run.id} is not finished: its state is {run.status().state}")
    print_note(_consequence(keep_best=keep_best))
    return is_agreed("Delete the checkpoints?")


def _consequence(*, keep_best: bool) -> str:
    if keep_best:
        return "a pruned run can be resumed from its best epoch only"
    return "a pruned run cannot be resumed: it would begin again at step 0"


def _show(plan: Plan, *, keep_best: bool, as_json: bool) -> None:
    from workbench.store.wording import size

    if as_json:
        print_json({"deleted": False, **_facts(plan), "kept": []})
        return
    for run, files in plan.items():
        print_line(_line(run, "would delete", files))
        for file in files:
            print_line(f"  {size(file.bytes):>9}  {file.name}")
    if any(plan.values()):
        print_note(_consequence(keep_best=keep_best))


def _say_pruned(plan: Plan, pruned: Pruned, *, keep_best: bool) -> None:
    for run, files in pruned.deleted.items():
        if files or not plan[run]:
            print_line(_line(run, "deleted", files))
    for each in pruned.kept:
        print_note(f"could not delete {each.name}: {each.reason}")
    spared = sum(map(len, plan.values())) - sum(map(len, pruned.deleted.values()))
    if spared > len(pruned.kept):
        print_note("what changed since it was chosen was not deleted: call the command again")
    if any(pruned.deleted.values()):
        print_note(_consequence(keep_best=keep_best))


def _facts(plan: Plan) -> dict[str, object]:
    return {
        "runs": [
            {
                "id": run.id,
                "path": run.path,
                "files": [{"name": file.name, "bytes": file.bytes} for file in files],
                "bytes": _bytes(files),
            }
            for run, files in plan.items()
        ],
        "bytes": sum(map(_bytes, plan.values())),
    }


def _line(run: Run, verb: str, files: Sequence[Prunable]) -> str:
    from workbench.config.wording import counted
    from workbench.store.wording import size

    if not files:
        return f"{run.id}: no checkpoint to delete"
    return f"{run.id}: {verb} {counted(len(files), 'file')}, {size(_bytes(files))}"


def _bytes(files: Sequence[Prunable]) -> int:
    return sum(file.bytes for file in files)
