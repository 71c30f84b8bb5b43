"""What `pause` and `stop` share: asking a run of any process for something."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.cli.output import print_json, print_line
from workbench.errors import RunStateError

if TYPE_CHECKING:
    from workbench.store.runs import Run


def ask(run: Run, request: Callable[[Run], None], words: str, *, as_json: bool) -> None:
    """Raise a flag of an active run, and say so with the way back.

    Raises `RunStateError` for a run that nobody trains, `WriteError`.
    """
    from workbench.store.commands import command_for

    status = run.status()
    if not status.is_active:
        raise RunStateError(
            f"run {run.id} is not running: its state is {status.state}",
            hint="`workbench runs` lists what is running",
        )
    request(run)
    if as_json:
        print_json({"id": run.id, "path": run.path, "state": status.state})
    else:
        print_line(words)
        print_line(f"go on with it: {command_for('resume', run)}")
