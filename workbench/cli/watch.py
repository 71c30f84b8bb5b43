"""`workbench watch RUN`: follow a run of any process until it ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import json_option, quiet_option, run_argument, runs_option
from workbench.cli.output import INTERRUPTED, print_note, stderr_console

if TYPE_CHECKING:
    from workbench.events import Event
    from workbench.store.runs import Run

POLL_SECONDS = 0.25


@click.command(
    epilog="""\b
Examples:
  workbench watch latest
  workbench watch latest --plain 2> progress.txt
  workbench watch quickstart --json --quiet"""
)
@run_argument
@click.option(
    "--plain",
    is_flag=True,
    help="Lines and a bar, as where there is no terminal, and no screen.",
)
@quiet_option
@json_option
@runs_option
@click.pass_context
def command(
    context: click.Context,
    /,
    *,
    reference: str,
    plain: bool,
    quiet: bool,
    as_json: bool,
    runs: Path,
) -> None:
    """Open RUN's screen; or show it as `workbench run` would, until it ends.

    The latter with --plain, --quiet or --json, and where there is no terminal.
    RUN is an id, an unambiguous part of it, or `latest`. It may train in any
    process, on any machine that shares the runs folder; one that has ended is
    told to its end. Ctrl-C ends the watching, never the run. Exit code 0 when
    the run finished or was stopped, 1 when it failed, diverged or was
    interrupted.
    """
    from workbench.store.runs import RunStore
    from workbench.tui.look import can_show_screen

    store = RunStore(runs)
    run = store.find(reference)
    if can_show_screen() and not (plain or quiet or as_json):
        from workbench.tui.open import open_workbench

        ascii_only: bool = context.find_root().params["ascii_only"]
        context.exit(open_workbench(store, ascii_only=ascii_only, run=run))
    context.exit(_tell(run, quiet=quiet, as_json=as_json))


def _tell(run: Run, *, quiet: bool, as_json: bool) -> int:
    """Tell a run in lines until it ends; returns the exit code."""
    from workbench.cli.progress import QuietView, view_on
    from workbench.cli.training import exit_code, show_outcome

    view = QuietView() if quiet else view_on(stderr_console())
    try:
        with view.shown():
            for event in followed(run):
                view.event(event)
    except KeyboardInterrupt:
        print_note(f"run {run.id} goes on")
        return INTERRUPTED
    show_outcome(run, as_json=as_json)
    return exit_code(run.status(), 0)


def followed(run: Run) -> Iterator[Event]:
    """What a run did and does, until nobody trains it any more."""
    from workbench.cli.replay import Replay
    from workbench.events import Continued, Paused

    reader, replay, was_paused = run.reader(), Replay(), False
    while True:
        # Before the lines: what a status speaks of is then in the files.
        status = run.status()
        while records := reader.read():
            yield from replay.events(records, status.images_per_second)
        is_paused = status.state == "paused"
        if is_paused and not was_paused:
            yield Paused(status.step)
        elif was_paused and status.state == "running":
            yield Continued(status.step)
        if not status.is_active:
            return
        was_paused = is_paused
        time.sleep(POLL_SECONDS)
