"""`python -m benchmarks.contestant WAY PROFILE`: one way of training, a turn at a time.

It takes a first turn and prints it as one line of JSON with `"ready": true`.
Then each line `go N` is answered by a turn of N steps: `{"seconds": s,
"images": n}`. Between turns it does nothing. `end`, or the end of the input,
ends it.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TextIO

import click

from benchmarks.peers.task import Task
from benchmarks.turn import Starts, Turn
from workbench.config.loading import load_profile
from workbench.config.profile import RunProfile
from workbench.data.dataset import load_dataset
from workbench.training.hardware import decide

WAYS = {
    "report": "benchmarks.peers.report",
    "plain": "benchmarks.peers.plain",
    "lightning": "benchmarks.peers.lightning_way",
    "workbench": "benchmarks.own",
}
"""Modules with a function `compete`; imported by whoever wants that one."""
FIRST_STEPS = 2
"""Of the turn before the first `go`, in which a network is compiled."""


@click.command
@click.argument("way", type=click.Choice([*WAYS]))
@click.argument("profile", type=click.Path(path_type=Path, exists=True))
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the profile.")
@click.option(
    "--steps", default=1_000, type=click.IntRange(1), help="That an epoch has at the least."
)
def command(*, way: str, profile: Path, changes: Sequence[str], steps: int) -> None:
    """Train in this way, and wait between turns."""
    answers = _answers()
    task = _task(load_profile(profile, changes).profile, steps)
    first = {"ready": True, "device": task.hardware.device}

    def say(turn: Turn) -> None:
        print(json.dumps({**first, **asdict(turn)}), file=answers, flush=True)
        first.clear()

    import_module(WAYS[way]).compete(task, _starts(), say)


def _answers() -> TextIO:
    """The standard output for this module alone; what others print joins the errors."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return answers


def _starts() -> Starts:
    yield FIRST_STEPS
    for line in iter(sys.stdin.readline, ""):
        match line.split():
            case ["go", steps]:
                yield int(steps)
            case ["end"]:
                return
            case _:
                raise click.ClickException(f"{line!r} is neither 'go N' nor 'end'")


def _task(profile: RunProfile, steps: int) -> Task:
    """The profile with epochs of at least so many steps, so that none ends in a turn.

    At an epoch's end one way would evaluate and another would not. The run has the
    steps that it had: they decide whether compiling pays.
    """
    dataset = load_dataset(profile.data, profile.seed)
    size, images = profile.training.batch_size, len(dataset.train)
    whole_run = profile.training.epochs * math.ceil(images * profile.data.copies / size)
    copies = max(profile.data.copies, math.ceil(steps * size / images))
    longer = profile.model_copy(
        update={
            "data": profile.data.model_copy(update={"copies": copies}),
            "training": profile.training.model_copy(
                update={"max_steps": profile.training.max_steps or max(whole_run, steps)}
            ),
        }
    )
    return Task(longer, dataset, decide(profile.training))


if __name__ == "__main__":
    command()
