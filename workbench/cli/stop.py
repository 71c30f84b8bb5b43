"""`workbench stop RUN`: ask a run of any process to end cleanly."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.options import json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line
from workbench.errors import RunStateError


@click.command(
    epilog="""\b
Examples:
  workbench stop latest
  workbench stop quickstart"""
)
@run_argument
@json_option
@runs_option
def command(reference: str, as_json: bool, runs: Path) -> None:
    """Ask RUN to stop: it ends after the step it is in and leaves a checkpoint.

    RUN is an id, an unambiguous part of it, or `latest`. The run may train in
    any process, on any machine that shares the runs folder.
    """
    from workbench.cli.training import command_for
    from workbench.store.control import request_stop
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    status = run.status()
    if not status.is_active:
        raise RunStateError(
            f"run {run.id} is not running: its state is {status.state}",
            hint="`workbench runs` lists what is running",
        )
    request_stop(run)
    if as_json:
        print_json({"id": run.id, "path": str(run.path), "state": status.state})
    else:
        print_line(f"asked run {run.id} to stop")
        print_line(f"go on with it: {command_for('resume', run)}")
