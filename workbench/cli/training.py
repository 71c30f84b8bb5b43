"""What `run` and `resume` share: showing a training, and saying how it ended."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from workbench.cli.hangup import output_may_go
from workbench.cli.output import print_json, print_line
from workbench.errors import ExitCode
from workbench.runner.signals import StopSignal, stop_on_signals
from workbench.store.facts import facts_of
from workbench.store.outcome import describe_outcome
from workbench.store.runs import Run
from workbench.store.status import Status


def train_to_the_end(
    claim: Callable[[], Run], train: Callable[[Run, StopSignal], None], *, as_json: bool
) -> int:
    """Train the run that `claim` gives; say how it ended, also when it raises.

    Signals are caught from before there is a run: none that comes then leaves
    a folder without a training. Returns the exit code.
    """
    with ExitStack() as handlers:
        handlers.enter_context(output_may_go())
        stop = handlers.enter_context(stop_on_signals())
        run = claim()
        attempt = run.status().attempt
        try:
            train(run, stop)
        finally:
            handlers.close()
            # Of a training that was refused before it began the error says all.
            if run.status().attempt > attempt:
                show_outcome(run, as_json=as_json)
    return exit_code(run.status(), stop.number)


def exit_code(status: Status, signal: int) -> int:
    """By how the run ended; 128 + n where signal n stopped it. One that finished first did not."""
    match status.state:
        case "finished":
            return ExitCode.DONE
        case "stopped":
            return 128 + signal if signal else ExitCode.DONE
        case _:
            return ExitCode.FAILED


def show_outcome(run: Run, *, as_json: bool) -> None:
    """JSON alone on standard output, or lines for people."""
    if as_json:
        print_json(facts_of(run))
        return
    for line in describe_outcome(run):
        print_line(line)
