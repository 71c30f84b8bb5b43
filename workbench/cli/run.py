"""`workbench run PROFILE`: train headless."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import device_option, json_option, quiet_option, runs_option, set_option
from workbench.cli.output import print_note

if TYPE_CHECKING:
    from workbench.runner.signals import StopSignal


@click.command(
    epilog="""\b
Examples:
  workbench run profiles/quickstart.toml
  workbench run profiles/cifar10-small.toml --set data.root=~/pictures
  workbench run profiles/quickstart.toml --set optimizer.kind=sgd --name sgd-try
  workbench run profiles/quickstart.toml --json --quiet > result.json"""
)
@click.argument("profile", type=click.Path(path_type=Path))
@set_option
@click.option("--name", help="Call the run so, in place of the profile's name.")
@device_option
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
    quiet: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Train what PROFILE says, and record it in a new run folder.

    Ctrl-C stops cleanly with a checkpoint and prints the command that goes on
    from there; a second Ctrl-C ends at once. Exit code 0 when training
    finished or was stopped by a flag, 1 when it failed or diverged, 2 for an
    invalid profile or data.
    """
    from workbench.config.loading import load_profile

    named = (f"name={json.dumps(name, ensure_ascii=False)}",) if name is not None else ()
    loaded = load_profile(profile, (*overrides, *named))
    for note in loaded.notes:
        print_note(note)
    # torch is imported only for a profile that is valid.
    from workbench.cli.logged import warnings_shown
    from workbench.cli.progress import training_view
    from workbench.cli.training import train_to_the_end
    from workbench.runner.attempts import prepare, train_new
    from workbench.store.runs import RunStore

    view = training_view(quiet=quiet)
    with warnings_shown():
        with view.shown():
            trainer = prepare(loaded.profile, device=device, decoding=view.decoding)
        run = RunStore(runs).create(loaded.profile)

        def train(stop: StopSignal) -> None:
            with view.shown():
                train_new(trainer, run, watch=view.event, stop=stop)

        context.exit(train_to_the_end(run, train, as_json=as_json))
