"""`workbench evaluate RUN`: loss, accuracy and confusion table of the best weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import device_option, json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line, stdout_console
from workbench.config.wording import printable

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
    from workbench.cli.logged import warnings_shown
    from workbench.cli.progress import training_view
    from workbench.runner.evaluation import evaluate_run

    view = training_view(quiet=False)
    with warnings_shown(), view.shown():
        evaluated = evaluate_run(run, split, device=device, decoding=view.decoding)
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
    from workbench.cli.wording import by_set

    result = evaluated.result
    print_line(f"{run_id}: best weights on the {evaluated.split} set, {result.samples:,} images")
    print_line(by_set(result.metrics(evaluated.split))[evaluated.split])
    if len(evaluated.classes) > LARGEST_TABLE:
        print_line(f"confusion table of {len(evaluated.classes)} classes: see --json")
        return
    print_line()
    print_line("rows: true class, columns: predicted class")
    console = stdout_console()
    dot = "·" if console.encoding.startswith("utf") else "."
    console.print(_confusion_table(evaluated, dot), crop=False)


def _confusion_table(evaluated: RunEvaluation, zero: str) -> Table:
    from rich.table import Table

    from workbench.cli.wording import percent

    confusion = evaluated.result.confusion
    # Names come from folders. Where the terminal is narrow they give way, never the counts.
    names = [printable(name) for name in evaluated.classes]
    digits = len(str(confusion.max()))
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("", overflow="ellipsis", min_width=6)
    for name in names:
        table.add_column(name, justify="right", overflow="ellipsis", min_width=digits)
    table.add_column("right", justify="right", no_wrap=True, min_width=8)
    for name, counts, hits in zip(names, confusion, confusion.diagonal(), strict=True):
        cells = [str(count) if count else zero for count in counts]
        share = percent(hits / counts.sum()) if counts.sum() else "-"
        table.add_row(name, *cells, share)
    return table
