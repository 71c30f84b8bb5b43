"""From a benchmark's JSON to the rows of a table in Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Row:
    what: str
    peer: str
    figure: str
    """Of the first, with its unit."""
    ratio: float
    """To the peer's: the median over the rounds."""
    low: float
    high: float

    def line(self) -> str:
        return (
            f"| {self.what} | {self.figure} | {self.peer} "
            f"| {self.ratio:.2f} ({self.low:.2f} to {self.high:.2f}) |"
        )


@dataclass(frozen=True)
class Table:
    title: str
    rows: Callable[[Any], Iterator[Row]]

    def lines(self, results: object) -> list[str]:
        head = ["| what | measured | peer | ratio, median (lowest to highest round) |"]
        return [
            f"### {self.title}\n",
            *head,
            "| --- | --- | --- | --- |",
            *(row.line() for row in self.rows(results)),
            "",
        ]


Result = Mapping[str, Any]


def _spread(values: Sequence[float]) -> tuple[float, float, float]:
    return median(values), min(values), max(values)


def _start(start: Result) -> Iterator[Row]:
    ratio = start["ratio"], start["ratio_low"], start["ratio_high"]
    figure = f"{median(start['seconds']):.2f} s"
    yield Row("quickstart, to the end of the first step", "bare script", figure, *ratio)


def _training(contests: Sequence[Result]) -> Iterator[Row]:
    for contest in contests:
        first, *others = contest["paces"]
        for pace in others:
            yield _pace(f"{contest['contest']}, {pace['name']}", first["name"], pace)


def _augmentation(paces: Sequence[Result]) -> Iterator[Row]:
    first, *others = paces
    for pace in others:
        yield _pace(pace["name"], first["name"], pace)


def _pace(what: str, peer: str, pace: Result) -> Row:
    figure = f"{median(pace['images_per_second']):,.0f} images/s"
    return Row(what, peer, figure, pace["ratio"], pace["ratio_low"], pace["ratio_high"])


def _recording(costs: Sequence[Result]) -> Iterator[Row]:
    first, *others = costs
    for cost in (first, *others):
        ratios = [
            own / workbench
            for own, workbench in zip(cost["microseconds"], first["microseconds"], strict=True)
        ]
        figure = f"{cost['microseconds_median']:.1f} us a step"
        yield Row(cost["name"], first["name"], figure, *_spread(ratios))


def _memory(measured: Result) -> Iterator[Row]:
    for peak in measured["peaks"]:
        ratio = peak["mib"] / peak["plain_mib"]
        figure = f"peak {peak['mib']:,.0f} MiB"
        yield Row(" ".join(peak["changes"]), "plain loop", figure, ratio, ratio, ratio)
    ratio = measured["last_mib"] / measured["first_mib"]
    figure = f"{measured['last_mib']:,.0f} MiB after {measured['steps']:,} steps"
    yield Row("quickstart", "itself before them", figure, ratio, ratio, ratio)


def _opening(openings: Sequence[Result]) -> Iterator[Row]:
    for opening in openings:
        pairs = zip(opening["seconds"], opening["peer_seconds"], strict=True)
        ratios = [own / peer for own, peer in pairs]
        figure = f"{median(opening['seconds']):.2f} s"
        yield Row(opening["what"], "smallest Textual app", figure, *_spread(ratios))


def _charts(charts: Sequence[Result]) -> Iterator[Row]:
    for chart in charts:
        figure = f"{median(chart['ours_ms']):.1f} ms of CPU"
        pairs = zip(chart["ours_ms"], chart["plotext_ms"], strict=True)
        ratios = [ours / peer for ours, peer in pairs]
        yield Row(f"{chart['steps']:,} steps", "plotext", figure, *_spread(ratios))


def _screen(measured: Sequence[Result]) -> Iterator[Row]:
    for each in measured:
        if "headless" in each:
            figure = f"{median(each['screen']):,.0f} images/s"
            what = f"{each['profile']}, threads {each['threads']}"
            ratio = each["ratio"], each["ratio_low"], each["ratio_high"]
            yield Row(what, "headless", figure, *ratio)


TABLES = {
    "training": Table("Training: images a second, more is better", _training),
    "augmentation": Table("Augmentation on one thread: more is better", _augmentation),
    "recording": Table("Recording a step: CPU time, less is better", _recording),
    "memory": Table("Memory: less is better", _memory),
    "start": Table("From the command to the first step: less is better", _start),
    "opening": Table("From the shell to the first screen: less is better", _opening),
    "charts": Table("A live refresh of two charts: less is better", _charts),
    "screen": Table("Training beside the screen: more is better", _screen),
}
"""In the order in which `python -m benchmarks` measures them."""
