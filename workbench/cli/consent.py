"""Asking before something is deleted for good."""

from __future__ import annotations

import sys

import click

from workbench.config.wording import printable
from workbench.errors import WorkbenchError

yes_option = click.option("--yes", "-y", "agreed", is_flag=True, help="Do not ask; for scripts.")
"""Gives the command a parameter `agreed: bool`."""

dry_run_option = click.option("--dry-run", is_flag=True, help="Only show what would be deleted.")
"""Gives the command a parameter `dry_run: bool`."""


def is_agreed(question: str) -> bool:
    """Ask on the terminal; no is the default. Raises `WorkbenchError` where there is none."""
    # A stream is None where it was closed.
    for name, stream in (("input", sys.stdin), ("error", sys.stderr)):
        if stream is None or not stream.isatty():
            raise WorkbenchError(
                f"nobody is there to ask: standard {name} is no terminal",
                hint="--yes agrees beforehand, --dry-run shows what would be deleted",
            )
    try:
        return click.confirm(printable(question), err=True)
    except click.Abort:
        click.echo("\nnothing was deleted", err=True)  # the cursor stands behind the question
        raise
