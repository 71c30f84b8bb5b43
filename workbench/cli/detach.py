"""`--detach`: start a training in the background, and the view of the one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from workbench.cli.logged import show_warnings_no_more
from workbench.cli.output import print_json, print_line
from workbench.cli.progress import TrainingView
from workbench.events import Event, Started
from workbench.runner.detach import let_go, start_detached
from workbench.store.commands import command_for
from workbench.store.runs import Run


def train_detached(
    context: click.Context, options: Sequence[str], operand: str, *, as_json: bool
) -> int:
    """Have this command train OPERAND in the background; returns the exit code.

    `options` are the command's own; those that any command takes are added.
    Raises what `start_detached` raises.
    """
    before = ["--debug"] if context.find_root().params.get("debug") else []
    runs: Path = context.params["runs"]
    words = [*before, str(context.info_name), f"--runs={runs}", *options]
    started = start_detached(words, operand)
    if isinstance(started, int):
        return started
    _tell(Run(runs / started.run_id), started.pid, as_json=as_json)
    return 0


def _tell(run: Run, pid: int, *, as_json: bool) -> None:
    if as_json:
        state = run.status().state
        print_json({"id": run.id, "path": run.path, "pid": pid, "state": state})
        return
    print_line(f"run {run.id} trains in the background (process {pid})")
    print_line(f"watch it: {command_for('watch', run)}")
    print_line(f"stop it: {command_for('stop', run)}")
    print_line(f"go on with it then: {command_for('resume', run)} --detach")


class HandingOver:
    """Shows the preparation as `view` does; when training begins, lets go of the starter."""

    def __init__(self, view: TrainingView, run: Run, descriptor: int) -> None:
        self._view = view
        self._run = run
        self._descriptor = descriptor
        self._showing = ExitStack()

    def decoding(self, what: str, done: int, total: int) -> None:
        self._view.decoding(what, done, total)

    def event(self, event: Event) -> None:
        if isinstance(event, Started):
            self._showing.close()  # a bar's last words belong on the terminal
            show_warnings_no_more()
            let_go(self._run, self._descriptor)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._showing:
            self._showing.enter_context(self._view.shown())
            yield
