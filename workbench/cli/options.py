"""Options that several commands share, so that they read and work alike."""

from __future__ import annotations

from pathlib import Path

import click

from workbench.store.commands import DEFAULT_RUNS

RUNS_VARIABLE = "WORKBENCH_RUNS"


def _runs_folder(context: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    """The folder named after the command, else before it, else by the environment, else ./runs."""
    before: Path | None = context.find_root().params.get("runs")
    return value or before or DEFAULT_RUNS


runs_option = click.option(
    "--runs",
    type=click.Path(path_type=Path, file_okay=False),
    callback=_runs_folder,
    metavar="DIR",
    help=f"Folder of the runs; default {RUNS_VARIABLE} or ./{DEFAULT_RUNS}.",
)
"""Gives the command a parameter `runs: Path`."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="JSON alone on standard output, words on the other."
)
"""Gives the command a parameter `as_json: bool`."""

set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="K=V",
    help="Override a key, as in --set optimizer.lr=1e-3; may be given again.",
)
"""Gives the command a parameter `overrides: tuple[str, ...]`."""

device_option = click.option(
    "--device",
    default="auto",
    metavar="NAME",
    help="auto (a GPU if there is one), cpu, cuda or cuda:N.",
)
"""Gives the command a parameter `device: str`."""

quiet_option = click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
"""Gives the command a parameter `quiet: bool`."""

detach_option = click.option(
    "--detach",
    is_flag=True,
    help="Train in the background: the prompt is back when training has begun.",
)
"""Gives the command a parameter `detach: bool`."""

hand_over_option = click.option("--hand-over", type=int, hidden=True)
"""Gives the command a parameter `hand_over: int | None`: in the background, the pipe to the
process that started it."""

run_argument = click.argument("reference", metavar="RUN")
"""Gives the command a parameter `reference: str`: an id, an unambiguous part of it, or `latest`."""
