"""`workbench stop RUN`: ask a run of any process to end cleanly."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.asking import ask
from workbench.cli.options import json_option, run_argument, runs_option


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
    from workbench.store.control import request_stop
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    ask(run, request_stop, f"asked run {run.id} to stop", as_json=as_json)
