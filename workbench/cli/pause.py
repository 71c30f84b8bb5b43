"""`workbench pause RUN`: ask a run of any process to wait where it is."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.cli.asking import ask
from workbench.cli.options import json_option, run_argument, runs_option


@click.command(
    epilog="""\b
Examples:
  workbench pause latest
  workbench pause quickstart"""
)
@run_argument
@json_option
@runs_option
def command(reference: str, as_json: bool, runs: Path) -> None:
    """Ask RUN to pause: it waits after the step it is in, until `workbench resume RUN`.

    Its process lives on and keeps its memory, also that of a GPU; `workbench
    stop RUN` frees both. RUN is an id, an unambiguous part of it, or `latest`.
    The run may train in any process, on any machine that shares the runs folder.
    """
    from workbench.store.control import request_pause
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    is_paused = run.status().state == "paused"
    # The flag is raised for a paused run too: a resume may just have taken it away.
    words = f"run {run.id} is paused already" if is_paused else f"asked run {run.id} to pause"
    ask(run, request_pause, words, as_json=as_json)
