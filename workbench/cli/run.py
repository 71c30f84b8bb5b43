"""`workbench run PROFILE`: train headless."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import (
    detach_option,
    device_option,
    hand_over_option,
    json_option,
    quiet_option,
    runs_option,
    set_option,
)
from workbench.cli.output import print_note

if TYPE_CHECKING:
    from workbench.runner.signals import StopSignal
    from workbench.store.runs import Run


@click.command(
    epilog="""\b
Examples:
  workbench run profiles/quickstart.toml
  workbench run profiles/cifar10-small.toml --set data.root=~/pictures
  workbench run profiles/quickstart.toml --set optimizer.kind=sgd --name sgd-try
  workbench run profiles/quickstart.toml --detach
  workbench run profiles/quickstart.toml --json --quiet > result.json"""
)
@click.argument("profile", type=click.Path(path_type=Path))
@set_option
@click.option("--name", help="Call the run so, in place of the profile's name.")
@device_option
@detach_option
@hand_over_option
@quiet_option
@json_option
@runs_option
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    profile: Path,
    overrides: tuple[str, ...],
    name: str | None,
    device: str,
    detach: bool,
    hand_over: int | None,
    quiet: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Train what PROFILE says, and record it in a new run folder.

    Ctrl-C stops cleanly with a checkpoint and prints the command that goes on
    from there; a second Ctrl-C ends at once. Exit code 0 when training
    finished or was stopped by a flag, 1 when it failed or diverged, 2 for an
    invalid profile or data.

    With --detach it prepares as usual, then trains on in a process of its own
    that no terminal can end, and whose output goes to the run's log.txt.
    """
    from workbench.config.loading import load_profile

    named = (f"name={json.dumps(name, ensure_ascii=False)}",) if name is not None else ()
    loaded = load_profile(profile, (*overrides, *named))
    if hand_over is None:  # else the process that started this one has told them
        for note in loaded.notes:
            print_note(note)
    if detach:
        from workbench.cli.detach import train_detached

        words = [f"--set={override}" for override in (*overrides, *named)]
        words += [f"--device={device}", *(["--quiet"] if quiet else [])]
        context.exit(train_detached(context, words, str(profile), as_json=as_json))
    from workbench.runner.signals import ignore_early_checkpoints

    ignore_early_checkpoints()
    # torch is imported only for a profile that is valid.
    from workbench.cli.detach import HandingOver
    from workbench.cli.logged import warnings_shown
    from workbench.cli.progress import QuietView, training_view
    from workbench.cli.training import train_to_the_end
    from workbench.runner.attempts import prepare, train_new
    from workbench.store.runs import RunStore

    view = training_view(quiet=quiet)
    with warnings_shown():
        with view.shown():
            trainer = prepare(loaded.profile, device=device, decoding=view.decoding)

        def train(run: Run, stop: StopSignal) -> None:
            # Of the preparation all has been shown.
            shown = view if hand_over is None else HandingOver(QuietView(), run, hand_over)
            with shown.shown():
                train_new(trainer, run, watch=shown.event, stop=stop, checkpoint=stop.checkpoint)

        claim = partial(RunStore(runs).create, loaded.profile)
        context.exit(train_to_the_end(claim, train, as_json=as_json))
