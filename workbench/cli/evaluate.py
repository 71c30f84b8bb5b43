"""`workbench evaluate RUN`: loss, accuracy and confusion table of the best weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import device_option, json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line, stdout_console

if TYPE_CHECKING:
    from rich.table import Table

    from workbench.runner.evaluation import RunEvaluation
    from workbench.training.learner import Split

LARGEST_TABLE = 20
"""Classes up to which the confusion table is shown; --json has it whole."""


@click.command(
    epilog="""\b
Examples:
  workbench evaluate latest
  workbench evaluate quickstart --on val
  workbench evaluate quickstart --json"""
)
@run_argument
@click.option(
    "--on",
    "split",
    type=click.Choice(["test", "val", "train"]),
    default="test",
    show_default=True,
    help="Which images: test set, held-out part, or training part (without augmentation).",
)
@device_option
@json_option
@runs_option
def command(reference: str, split: Split, device: str, as_json: bool, runs: Path) -> None:
    """Evaluate the best weights of RUN: loss, accuracy, confusion table.

    RUN is an id, an unambiguous part of it, or `latest`.
    """
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    from workbench.runner.evaluation import evaluate_run

    evaluated = evaluate_run(run, split, device=device)
    result = evaluated.result
    if as_json:
        print_json(
            {
                "id": run.id,
                "split": split,
                "samples": result.samples,
                "loss": result.loss,
                "accuracy": result.accuracy,
                "classes": evaluated.classes,
                "confusion": result.confusion.tolist(),
            }
        )
        return
    _show(run.id, evaluated)


def _show(run_id: str, evaluated: RunEvaluation) -> None:
    from workbench.cli.wording import number, percent

    result = evaluated.result
    print_line(f"{run_id}: best weights on the {evaluated.split} set, {result.samples:,} images")
    print_line(f"loss {number(result.loss)}  accuracy {percent(result.accuracy)}")
    if len(evaluated.classes) > LARGEST_TABLE:
        print_line(f"confusion table of {len(evaluated.classes)} classes: see --json")
        return
    print_line()
    stdout_console().print(_confusion_table(evaluated))


def _confusion_table(evaluated: RunEvaluation) -> Table:
    from rich import box
    from rich.table import Table

    from workbench.cli.wording import percent

    table = Table(
        box=box.SIMPLE, title="rows: true class, columns: predicted", title_justify="left"
    )
    table.add_column("")
    for name in evaluated.classes:
        table.add_column(name[:6], justify="right")
    table.add_column("right", justify="right")
    for row, name in enumerate(evaluated.classes):
        counts = evaluated.result.confusion[row]
        cells = [str(count) if count else "·" for count in counts]
        share = percent(counts[row] / counts.sum()) if counts.sum() else "-"
        table.add_row(name, *cells, share)
    return table
