"""`workbench show RUN`: state, best, last metrics, curves and confusion table in the terminal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import click

from workbench.cli.options import json_option, run_argument, runs_option
from workbench.cli.output import print_json, print_line, print_note, stdout_console

if TYPE_CHECKING:
    from workbench.plots.chart import Chart
    from workbench.store.confusion import Confusion
    from workbench.store.history import History
    from workbench.store.runs import Run
    from workbench.store.status import Status

WIDEST, TALLEST, SHORTEST = 160, 22, 9


@click.command(
    epilog="""\b
Examples:
  workbench show latest
  workbench show quickstart --log
  workbench show quickstart --profile
  workbench show latest --json | jq .best"""
)
@run_argument
@click.option("--log", "log_loss", is_flag=True, help="Draw the loss on a logarithmic axis.")
@click.option("--profile", "with_profile", is_flag=True, help="Print the run's whole profile too.")
@json_option
@runs_option
def command(
    *, reference: str, log_loss: bool, with_profile: bool, as_json: bool, runs: Path
) -> None:
    """Show RUN, running or ended: its state, best epoch, metrics, curves and confusion table.

    RUN is an id, an unambiguous part of it, or `latest`.
    """
    from workbench.store.runs import RunStore

    run = RunStore(runs).find(reference)
    history = run.history()
    if as_json:
        print_json(_facts(run, history))
        return
    for line in _summary(run, history):
        print_line(line)
    charts = [chart for chart in _charts(history, log_loss=log_loss) if chart.lines]
    for chart in charts:
        print_line()
        _draw(chart)
    if not charts:
        print_note("no curves to draw: no step was recorded")
    if history.confusion is not None:
        print_line()
        _print_confusion(history.confusion)
    if with_profile:
        print_line()
        _print_profile(run)


def _facts(run: Run, history: History) -> dict[str, object]:
    from workbench.store.facts import facts_of

    status = run.status()
    times = {"attempt", "created", "started", "updated", "ended"}
    return {
        **facts_of(run),
        "total_epochs": status.epochs,
        "total_steps": status.steps,
        **status.model_dump(include=times),
        "profile": run.profile,
        "profile_problem": run.profile_problem,
        "environment": run.environment,
        "notes": run.notes.model_dump(),
        "series": {
            name: {"epochs": series.epochs.tolist(), "values": series.values.tolist()}
            for name in history.metrics
            for series in [history.series(name)]
        },
        "best_evaluation": _evaluation_facts(history.confusion),
        "recorded_steps": len(history.steps),
        "damaged_lines": history.dropped,
    }


def _evaluation_facts(table: Confusion | None) -> dict[str, object] | None:
    from workbench.analysis.confusion import per_class_accuracy

    if table is None:
        return None
    # The keys of `evaluate --json`.
    return {
        "split": table.split,
        "epoch": table.epoch,
        "classes": table.classes,
        "confusion": table.counts.tolist(),
        "per_class_accuracy": per_class_accuracy(table.counts).tolist(),
    }


def _summary(run: Run, history: History) -> list[str]:
    from workbench.config.wording import counted
    from workbench.store.wording import by_set, ending, metric

    status = run.status()
    rows = {"what": run.profile_problem or _what(run.profile), "done": _done(status)}
    if status.warning:
        rows["warning"] = status.warning
    if history.started is not None:
        parameters = f"{history.started.parameters:,} parameters"
        rows["model"] = f"{parameters} on {history.started.device}"
    if status.best is not None:
        best = status.best
        rows["best"] = f"{best.metric} {metric(best.metric, best.value)} in epoch {best.epoch + 1}"
    rows |= by_set(_last(history))
    if history.dropped:
        rows["damaged"] = f"{counted(history.dropped, 'line')} of the metrics could not be read"
    rows |= {"tags": ", ".join(run.notes.tags), "note": " ".join(run.notes.note.splitlines())}
    head = f"{run.id}: {ending(status.state, status.reason)}"
    return [head, *(f"  {name:<8}{text}" for name, text in rows.items() if text)]


def _what(profile: dict[str, object]) -> str:
    kinds = [f"{key} {_kind(profile, key)}" for key in ("data", "model", "optimizer")]
    return ", ".join([*kinds, f"seed {profile.get('seed', '-')}"])


def _done(status: Status) -> str:
    from workbench.store.wording import duration, rate

    if not status.steps:
        return ""  # nothing is known
    epochs = f"{status.epochs_done}/{status.epochs} epochs"
    steps = f"{status.step:,}/{status.steps:,} steps in {duration(status.seconds)}"
    return ", ".join(filter(None, [epochs, steps, rate(status.images_per_second)]))


def _kind(profile: dict[str, object], key: str) -> str:
    section = profile.get(key)
    return str(section.get("kind", "-")) if isinstance(section, dict) else "-"


def _last(history: History) -> dict[str, float]:
    """The last value of each metric of a set: losses and accuracies."""
    return {name: float(history.series(name).values[-1]) for name in history.metrics if "/" in name}


def _charts(history: History, *, log_loss: bool) -> list[Chart]:
    from workbench.plots.run_charts import RunCharts
    from workbench.plots.style import CurveStyle

    charts, style = RunCharts(history), CurveStyle(log=log_loss)
    return [charts.loss(style), charts.accuracy(style)]


def _draw(chart: Chart) -> None:
    from workbench.plots.drawing import draw

    console = stdout_console()
    size = shutil.get_terminal_size((100, 30))
    height = min(max(size.lines // 2 - 2, SHORTEST), TALLEST)
    text = draw(
        chart,
        min(size.columns, WIDEST),
        height,
        color=console.color_system is not None and not console.no_color,
        unicode=console.encoding.startswith("utf"),
    )
    # Drawn with escape sequences of our own, so past the sanitiser of `print_line`.
    click.echo(text)


def _print_confusion(table: Confusion) -> None:
    from workbench.cli.confusion import print_confusion

    print_confusion(f"{table.split} set, epoch {table.epoch + 1}", table.classes, table.counts)


def _print_profile(run: Run) -> None:
    import tomli_w

    for line in tomli_w.dumps(run.profile).splitlines():
        print_line(line)
