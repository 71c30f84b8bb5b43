"""Command lines to tell a person: what to type to do something with a run."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

# Only for its type: the command line takes its default from here before it needs any run.
if TYPE_CHECKING:
    from workbench.store.runs import Run

DEFAULT_RUNS = Path("runs")
"""The folder of the runs where none is named."""


def command_for(command: str, run: Run) -> str:
    """A command line that works from here, with `--runs` where it is needed."""
    folder = run.path.parent
    option = "" if folder == DEFAULT_RUNS else f" --runs {shlex.quote(str(folder))}"
    return f"workbench {command} {run.id}{option}"
