"""`workbench resume RUN`: go on from the last checkpoint, or let a paused run go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import (
    detach_option,
    device_option,
    hand_over_option,
    json_option,
    quiet_option,
    run_argument,
    runs_option,
)
from workbench.cli.output import print_json, print_line
from workbench.errors import RunBusyError

if TYPE_CHECKING:
    from workbench.cli.progress import TrainingView
    from workbench.runner.signals import StopSignal
    from workbench.store.runs import Run


@click.command(
    epilog="""\b
Examples:
  workbench resume latest
  workbench resume 20261123-0915 --device cuda:1
  workbench resume latest --detach
  workbench resume quickstart --json --quiet"""
)
@run_argument
@device_option
@click.option(
    "--force",
    is_flag=True,
    help="Also a run that failed or diverged, or whose profile or data have changed.",
)
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
    reference: str,
    device: str,
    force: bool,
    detach: bool,
    hand_over: int | None,
    quiet: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Go on with RUN: an id, an unambiguous part of it, or `latest`.

    A run that stopped or died trains on here, from its last checkpoint, as if
    nothing had happened. A paused run that lives goes on where it is. A
    finished one needs nothing; a running one is busy (exit code 75).
    """
    from workbench.cli.detach import train_detached
    from workbench.store.commands import command_for
    from workbench.store.control import clear_pause, is_pause_requested
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    status = run.status()
    # What was let go for a process in the background is meant for that one, with its flags.
    is_for_this = hand_over is not None and status.is_handed_over
    is_held = status.is_active and not is_for_this
    match status.state:
        case "finished":
            _say(run, f"run {run.id} is finished; there is nothing to resume", as_json=as_json)
        case state if is_held and (state == "paused" or is_pause_requested(run)):
            clear_pause(run)
            _say(run, f"asked run {run.id} to go on", as_json=as_json)
        case state if is_held:
            raise RunBusyError(
                f"run {run.id} is {state}", hint=f"stop it with: {command_for('stop', run)}"
            )
        case _ if detach:
            words = [f"--device={device}", *(["--force"] if force else [])]
            words += ["--quiet"] if quiet else []
            context.exit(train_detached(context, words, run.id, as_json=as_json))
        case _:
            view = _view(run, quiet=quiet, hand_over=hand_over)
            context.exit(_train(run, view, force=force, device=device, as_json=as_json))


def _say(run: Run, text: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"id": run.id, "path": run.path, "state": run.status().state})
    else:
        print_line(text)


def _view(run: Run, *, quiet: bool, hand_over: int | None) -> TrainingView:
    from workbench.cli.detach import HandingOver
    from workbench.cli.progress import training_view

    view = training_view(quiet=quiet)
    return view if hand_over is None else HandingOver(view, run, hand_over)


def _train(run: Run, view: TrainingView, *, force: bool, device: str, as_json: bool) -> int:
    from workbench.runner.signals import ignore_early_checkpoints

    ignore_early_checkpoints()
    from workbench.cli.logged import warnings_shown
    from workbench.cli.training import train_to_the_end
    from workbench.runner.attempts import resume_run

    def train(run: Run, stop: StopSignal) -> None:
        def decoding(what: str, done: int, total: int) -> None:
            if stop():  # nothing is trained yet that a checkpoint could keep
                raise KeyboardInterrupt
            view.decoding(what, done, total)

        with view.shown():
            resume_run(
                run,
                force=force,
                device=device,
                decoding=decoding,
                watch=view.event,
                stop=stop,
                checkpoint=stop.checkpoint,
            )

    with warnings_shown():
        return train_to_the_end(lambda: run, train, as_json=as_json)
