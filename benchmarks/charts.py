"""A live refresh of a run's loss and accuracy charts, and plotext drawing the same two."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import click
import numpy as np
import orjson
import plotext
from numpy.typing import NDArray

from workbench.plots.chart import Chart
from workbench.plots.drawing import lay_out
from workbench.plots.run_charts import RunCharts
from workbench.plots.style import CurveStyle
from workbench.store.history import History

WIDTH, HEIGHT = 160, 40
APPENDED = 1_000
"""Steps that come between two refreshes."""
PEER_POINTS = 2_000
"""Of a line, for plotext: with all of them it takes seconds."""
STYLE = CurveStyle("step")


@dataclass(frozen=True)
class Result:
    """CPU milliseconds of one refresh, and how many times as long plotext takes."""

    steps: int
    ours_ms: tuple[float, ...]
    plotext_ms: tuple[float, ...]
    ratio: float
    """The median over the rounds; in each, both are measured one after the other."""
    ratio_low: float
    ratio_high: float


class LiveRun:
    """A run folder that grows, and the views on it."""

    def __init__(self, path: Path) -> None:
        (path / "metrics").mkdir()
        self.steps = 0
        self.history = History(path)
        self.charts = RunCharts(self.history)
        self._file = path / "metrics" / "0001.jsonl"
        self._random = np.random.default_rng(0)

    def append(self, count: int) -> None:
        """Write `count` more steps, some 1,000 a line."""
        with self._file.open("ab") as file:
            for start in range(0, count, APPENDED):
                file.write(self._line(min(APPENDED, count - start)))

    def refresh(self) -> tuple[Chart, Chart]:
        """What a screen does when a run has moved on."""
        self.history.update()
        charts = self.charts.loss(STYLE), self.charts.accuracy(STYLE)
        for chart in charts:
            lay_out(chart, WIDTH, HEIGHT, color=True, unicode=True)
        return charts

    def _line(self, count: int) -> bytes:
        loss = self._random.random(count, dtype=np.float32)
        record = {"event": "steps", "epoch": 0, "first_step": self.steps, "seconds": 0.0}
        self.steps += count
        columns = {"loss": loss, "accuracy": 1 - loss}
        return orjson.dumps({**record, **columns}, option=orjson.OPT_SERIALIZE_NUMPY) + b"\n"


@click.command
@click.option("--steps", multiple=True, type=click.IntRange(1), default=(1_000, 100_000, 1_000_000))
@click.option("--rounds", type=click.IntRange(1), default=9)
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(*, steps: Sequence[int], rounds: int, as_json: bool) -> None:
    """Measure a refresh to which 1,000 steps were added, in runs of so many steps."""
    results = [measure(count, rounds) for count in steps]
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        ours, peer = median(result.ours_ms), median(result.plotext_ms)
        spread = f"{result.ratio_low:.1f} to {result.ratio_high:.1f}"
        click.echo(
            f"{result.steps:>9,} steps: {ours:6.1f} ms, plotext {peer:6.1f} ms, "
            f"{result.ratio:.1f} times as long ({spread})"
        )


def measure(steps: int, rounds: int) -> Result:
    with tempfile.TemporaryDirectory() as folder:
        run = LiveRun(Path(folder))
        run.append(steps)
        plotext_draws(run.refresh())  # the first drawing imports and fills caches
        pairs = [_round(run) for _ in range(rounds)]
    ratios = [peer / ours for ours, peer in pairs]
    ours_ms, plotext_ms = zip(*pairs, strict=True)
    return Result(steps, ours_ms, plotext_ms, median(ratios), min(ratios), max(ratios))


def plotext_draws(charts: Sequence[Chart]) -> None:
    """Draw the lines of the charts with plotext, thinned beforehand."""
    for chart in charts:
        plotext.clear_figure()
        plotext.limit_size(False, False)
        plotext.plot_size(WIDTH, HEIGHT)
        for line in chart.lines:
            x, y = _thinned(line.x), _thinned(line.y)
            plotext.plot(x.tolist(), y.tolist(), label=line.label, marker="braille")
        plotext.build()


def _round(run: LiveRun) -> tuple[float, float]:
    run.append(APPENDED)
    ours = _milliseconds(run.refresh)
    charts = run.charts.loss(STYLE), run.charts.accuracy(STYLE)
    return ours, _milliseconds(lambda: plotext_draws(charts))


def _thinned(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[:: -(-values.size // PEER_POINTS)]


def _milliseconds(work: Callable[[], object]) -> float:
    before = time.process_time()
    work()
    return 1000 * (time.process_time() - before)
