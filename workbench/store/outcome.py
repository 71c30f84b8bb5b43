"""How a training ended, in lines for people."""

from __future__ import annotations

from workbench.config.wording import counted
from workbench.store.commands import command_for
from workbench.store.runs import Run
from workbench.store.wording import duration, ending, metric, rate


def describe_outcome(run: Run) -> list[str]:
    """What it came to, where it is, and the command to type next."""
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
