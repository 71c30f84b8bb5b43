"""What `run` and `resume` share: showing a training, and saying how it ended."""

from __future__ import annotations

import shlex
from collections.abc import Callable

from workbench.cli.hangup import output_may_go
from workbench.cli.output import print_json, print_line
from workbench.config.wording import counted
from workbench.errors import ExitCode
from workbench.runner.signals import StopSignal, stop_on_signals
from workbench.store.facts import facts_of
from workbench.store.runs import Run
from workbench.store.status import Status
from workbench.store.wording import duration, ending, metric, rate


def train_to_the_end(run: Run, train: Callable[[StopSignal], None], *, as_json: bool) -> int:
    """Train with signals caught; say how it ended, also when it raises. Returns the exit code."""
    signal, attempt = StopSignal(), run.status().attempt
    try:
        with output_may_go(), stop_on_signals() as signal:
            train(signal)
    finally:
        # Of a training that was refused before it began the error says all.
        if run.status().attempt > attempt:
            show_outcome(run, as_json=as_json)
    return exit_code(run.status(), signal.number)


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


def describe_outcome(run: Run) -> list[str]:
    status = run.status()
    epochs, steps = counted(status.epochs_done, "epoch"), counted(status.step, "step")
    done = [epochs, f"{steps} in {duration(status.seconds)}", rate(status.images_per_second)]
    lines = [f"{ending(status.state, status.reason)}: {', '.join(filter(None, done))}"]
    if status.warning:
        lines.append(f"warning: {status.warning}")
    if status.best is not None:
        best = status.best
        lines.append(
            f"best {best.metric} {metric(best.metric, best.value)} in epoch {best.epoch + 1}"
        )
    if "test/accuracy" in status.metrics and "val/accuracy" in status.metrics:
        tested = metric("test/accuracy", status.metrics["test/accuracy"])
        lines.append(f"test/accuracy {tested} with these weights")
    lines.append(f"run {run.id} in {run.path.parent}")
    command = "resume" if status.state in ("stopped", "interrupted") else "show"
    verb = "go on with it" if command == "resume" else "look at it"
    return [*lines, f"{verb}: {command_for(command, run)}"]


def command_for(command: str, run: Run) -> str:
    """A command line that works from here, with `--runs` where it is needed."""
    from workbench.cli.options import DEFAULT_RUNS

    folder = run.path.parent
    option = "" if folder == DEFAULT_RUNS else f" --runs {shlex.quote(str(folder))}"
    return f"workbench {command} {run.id}{option}"
