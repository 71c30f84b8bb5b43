"""From the shell into the screen and back: what is set up before, and what remains to do after."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from workbench.errors import ExitCode, WorkbenchError
from workbench.store.runs import Run, RunStore
from workbench.tui.ahead import RunAhead
from workbench.tui.guard import Guard
from workbench.tui.look import check_terminal, look_here
from workbench.tui.outputs import Outputs, log_path
from workbench.tui.trainings import Trainings

if TYPE_CHECKING:
    from workbench.tui.background import Starts

INTERRUPTED = 130
"""128 + SIGINT."""

START_SECONDS = 2.0
"""After so long the first screen stands."""

Say = Callable[[str], None]
"""Shows a line to the person at the terminal."""


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
    first = RunAhead(run) if run else None
    with Outputs(log_path(), unicode=look.unicode) as outputs, _uncollected() as collect:
        # Textual takes the streams that it finds when it is imported.
        from workbench.tui.app import WorkbenchApp
        from workbench.tui.settings import settings_path

        trainings = Trainings(store.root, outputs.to)
        app = WorkbenchApp(store, trainings, look=look, settings=settings_path(), run=first)
        runner = asyncio.Runner()
        loop = runner.get_loop()
        loop.call_later(START_SECONDS, collect)

        def leave() -> None:
            with suppress(RuntimeError):  # it has closed already
                loop.call_soon_threadsafe(app.exit)

        with Guard(outputs, trainings, leave) as guard, runner:
            with _signals_as_before():
                wish = runner.run(app.run_async())
            if not guard.number:
                _part_from(trainings, wish, outputs.say)
                _await_starts(app.starts, outputs.say)
            elif trainings.busy:
                trainings.join()
        _tell_ends(trainings, outputs.say)
    if guard.number:
        # Python's own way out would wait for threads that may wait for a terminal.
        os._exit(guard.exit_code)
    if wish is None:
        raise ScreenError("the screen broke off", hint=f"what happened stands in {log_path()}")
    return ExitCode.DONE


@contextmanager
def _uncollected() -> Iterator[Callable[[], None]]:
    """Collect no garbage until what this gives is called, at the latest until the end.

    A start makes a hundred thousand objects that stay: to look for garbage among them takes
    a tenth of its time. Frozen, they are not looked at later either, which would hold the
    screen up.
    """

    def collect() -> None:
        gc.freeze()
        gc.enable()

    gc.disable()
    try:
        yield collect
    finally:
        gc.enable()


@contextmanager
def _signals_as_before() -> Iterator[None]:
    """Take away what Textual does about stopping and continuing, which it leaves behind.

    A terminal that goes away continues its processes: without an app Textual's
    handler would then raise, wherever the main thread is.
    """
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def _part_from(trainings: Trainings, wish: str | None, say: Say) -> None:
    """Do with the training what was wished; a second Ctrl-C while it stops ends at once."""
    if not trainings.busy:
        return
    if wish == "detach":
        from workbench.tui.handover import hand_over

        hand_over(trainings, say)
        return
    try:
        if wish is None:  # a broken screen does no harm to what trains
            say("the screen broke off; the training goes on here, Ctrl-C stops it")
            with suppress(KeyboardInterrupt):
                trainings.join()
        if trainings.busy:
            waited = trainings.stop()
            say("stopping with a checkpoint; Ctrl-C ends at once")
            if waited:
                say(f"not trained: {', '.join(job.name for job in waited)}")
            trainings.join()
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _await_starts(starts: Starts, say: Say) -> None:
    """See what becomes of those that prepare in the background."""
    if starts.under_way:
        names = ", ".join(starts.under_way)
        say(f"waiting until it trains in the background: {names}; Ctrl-C leaves it to itself")
        with suppress(KeyboardInterrupt):
            starts.join()
    for started in starts.done():
        say(str(started))
        if started.error is not None and started.error.hint:
            say(f"hint: {started.error.hint}")


def _tell_ends(trainings: Trainings, say: Say) -> None:
    """On the plain terminal, which keeps it: what failed, and how to go on with what stopped."""
    from workbench.store.outcome import describe_outcome

    for result in trainings.situation().results:
        if result.error is not None:
            say(f"{result.job.name}: {result.error}")
            if result.error.hint:
                say(f"hint: {result.error.hint}")
        elif result.run is not None and result.run.status().state == "stopped":
            for line in describe_outcome(result.run):
                say(line)
