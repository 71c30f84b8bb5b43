"""From the shell into the screen and back: what is set up before, and what remains to do after."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress

from workbench.config.wording import printable
from workbench.errors import ExitCode, WorkbenchError
from workbench.store.runs import Run, RunStore
from workbench.tui.guard import Guard
from workbench.tui.look import check_terminal, look_here
from workbench.tui.outputs import Outputs, log_path
from workbench.tui.trainings import Trainings

INTERRUPTED = 130
"""128 + SIGINT."""


class ScreenError(WorkbenchError):
    """The screen broke off by a mistake of its own."""

    exit_code = ExitCode.FAILED


def open_workbench(store: RunStore, *, ascii_only: bool, run: Run | None) -> int:
    """Show the screen on this terminal until it is left; returns the exit code.

    `run` is the run to open first. Main thread only. Raises `TerminalError`
    where there is no terminal, and `ScreenError`.
    """
    check_terminal()
    look = look_here(ascii_only=ascii_only)
    with Outputs(log_path(), unicode=look.unicode) as outputs:
        # Textual takes the streams that it finds when it is imported.
        from workbench.tui.app import WorkbenchApp
        from workbench.tui.settings import settings_path

        trainings = Trainings(store.root, outputs.to)
        app = WorkbenchApp(store, trainings, look=look, settings=settings_path(), run=run)
        runner = asyncio.Runner()
        loop = runner.get_loop()

        def leave() -> None:
            with suppress(RuntimeError):  # it has closed already
                loop.call_soon_threadsafe(app.exit)

        with Guard(outputs, trainings, leave) as guard, runner:
            wish = runner.run(app.run_async())
            if not guard.number:
                _part_from(trainings, wish, outputs)
            elif trainings.busy:
                trainings.join()
        _tell_ends(trainings, outputs)
    if guard.number:
        # Python's own way out would wait for threads that may wait for a terminal.
        os._exit(guard.exit_code)
    if wish is None:
        raise ScreenError("the screen broke off", hint=f"what happened stands in {log_path()}")
    return ExitCode.DONE


def _part_from(trainings: Trainings, wish: str | None, outputs: Outputs) -> None:
    """Do with the training what was wished; a second Ctrl-C while it stops ends at once."""
    if not trainings.busy:
        return
    if wish == "detach":
        from workbench.tui.handover import hand_over

        for line in hand_over(trainings):
            outputs.say(line)
        return
    try:
        if wish is None:  # a broken screen does no harm to what trains
            outputs.say("the screen broke off; the training goes on here, Ctrl-C stops it")
            with suppress(KeyboardInterrupt):
                trainings.join()
        if trainings.busy:
            outputs.say("stopping with a checkpoint; Ctrl-C ends at once")
            trainings.stop()
            trainings.join()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _tell_ends(trainings: Trainings, outputs: Outputs) -> None:
    """On the plain terminal, which keeps it: what failed, and how to go on with what stopped."""
    from workbench.store.outcome import describe_outcome

    for result in trainings.situation().results:
        if result.error is not None:
            outputs.say(printable(f"{result.job.name}: {result.error}"))
            if result.error.hint:
                outputs.say(printable(f"hint: {result.error.hint}"))
        elif result.run is not None and result.run.status().state == "stopped":
            for line in describe_outcome(result.run):
                outputs.say(printable(line))
