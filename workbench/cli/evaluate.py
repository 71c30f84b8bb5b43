"""`workbench evaluate RUN`: loss, accuracies and confusion table of the best weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import device_option, json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line

if TYPE_CHECKING:
    from workbench.runner.evaluation import RunEvaluation
    from workbench.training.learner import Split


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
    """Evaluate the best weights of RUN: loss, accuracy, top-5 accuracy, confusion table.

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
                "top5_accuracy": result.top5_accuracy,
                "classes": evaluated.classes,
                "confusion": result.confusion.tolist(),
                "per_class_accuracy": result.per_class_accuracy.tolist(),
            }
        )
        return
    _show(run.id, evaluated)


def _show(run_id: str, evaluated: RunEvaluation) -> None:
    from workbench.cli.confusion import print_confusion
    from workbench.store.wording import by_set

    result = evaluated.result
    print_line(f"{run_id}: best weights on the {evaluated.split} set, {result.samples:,} images")
    print_line(by_set(result.metrics(evaluated.split))[evaluated.split])
    print_line()
    print_confusion(f"{evaluated.split} set", evaluated.classes, result.confusion)
