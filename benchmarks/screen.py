"""A training in the thread beside the open screen: its pace beside headless, and its keys.

Keys: from sending one until the terminal has got its effect, in the table of
runs and on the run's own screen.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median, quantiles
from typing import Generic, TypeVar

import click

from benchmarks import neighbours
from benchmarks.place import EARLIER, Place, begin, place_for
from benchmarks.terminal import Terminal

MOST_ROUNDS = 4
"""So many times the rounds that were asked for, in search of quiet ones."""
PAUSE_SECONDS = (0.08, 0.25)
"""Between two keys; drawn, for the screen looks at the folder in a rhythm of its own."""
AWAY_FROM_THE_END = 8
"""Columns between the last point of a curve and where the cursor is moved to and fro."""

T = TypeVar("T")
Milliseconds = tuple[float, ...]


@dataclass(frozen=True)
class Rounds(Generic[T]):
    """What was measured, in the quiet rounds if there was any, else in all."""

    measured: tuple[T, ...]
    others_cores: tuple[float, ...]
    """Cores that other programs kept busy, in each round."""
    quiet: int


@dataclass(frozen=True)
class Pace:
    """Images a second of training, of each round: headless, and then beside the screen."""

    profile: str
    threads: int
    others_cores: tuple[float, ...]
    quiet_rounds: int
    headless: tuple[float, ...]
    screen: tuple[float, ...]
    ratio: float
    """The median over the rounds; in each, both are measured one after the other."""
    ratio_low: float
    ratio_high: float

    def line(self) -> str:
        return (
            f"{median(self.screen):,.0f} images/s, headless {median(self.headless):,.0f}, "
            f"ratio {self.ratio:.3f} ({self.ratio_low:.3f} to {self.ratio_high:.3f})"
        )


@dataclass(frozen=True)
class Keys:
    """Milliseconds from a key to its effect, of all these rounds."""

    profile: str
    threads: int
    others_cores: tuple[float, ...]
    quiet_rounds: int
    when: str
    milliseconds: Milliseconds
    p50: float
    p95: float

    def line(self) -> str:
        return (
            f"{self.when}: p50 {self.p50:.0f} ms, p95 {self.p95:.0f} ms, "
            f"most {max(self.milliseconds):.0f} ms of {len(self.milliseconds)} keys"
        )


@click.command
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    default=["profiles/quickstart.toml"],
)
@click.option("--steps", type=click.IntRange(1), default=1_000, help="At most, of a training.")
@click.option("--threads", multiple=True, type=click.IntRange(1), default=[1, 2])
@click.option("--rounds", type=click.IntRange(1), default=5, help="Of images a second.")
@click.option("--key-rounds", type=click.IntRange(1), default=5)
@click.option("--keys", type=click.IntRange(2), default=60, help="On each screen, in a round.")
@click.option("--quiet", default=0.1, help="Cores that others may keep busy in a quiet round.")
@click.option("--patience", default=60.0, help="Seconds to wait for quiet, before a round.")
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(
    *,
    profiles: Sequence[Path],
    steps: int,
    threads: Sequence[int],
    rounds: int,
    key_rounds: int,
    keys: int,
    quiet: float,
    patience: float,
    as_json: bool,
) -> None:
    """Measure trainings of profiles with so many threads of torch."""
    results: list[Pace | Keys] = []
    for profile in profiles:
        for count in threads:
            with place_for(profile, count, steps) as place:
                paces = in_quiet(partial(measure_pace, place), rounds, quiet, patience)
                typed = in_quiet(partial(measure_keys, place, keys), key_rounds, quiet, patience)
            results += [_pace(place, paces), *_keys(place, typed)]
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        noise = f"{result.quiet_rounds} of {len(result.others_cores)} rounds were quiet"
        click.echo(f"{result.profile}, threads {result.threads}, {result.line()}; {noise}")


def in_quiet(measure: Callable[[], T], count: int, quiet: float, patience: float) -> Rounds[T]:
    """Measure until so many rounds were quiet, or it has been tried often enough."""
    measured: list[T] = []
    others: list[float] = []
    while sum(cores <= quiet for cores in others) < count and len(others) < MOST_ROUNDS * count:
        neighbours.await_quiet(quiet, patience)
        before = neighbours.look()
        measured.append(measure())
        others.append(before.cores())
    chosen = [each for each, cores in zip(measured, others, strict=True) if cores <= quiet]
    return Rounds(tuple(chosen or measured), tuple(others), len(chosen))


def measure_pace(place: Place) -> tuple[float, float]:
    """Images a second headless, and with the run's screen open."""
    headless = place.train_headless().status().images_per_second
    with place.screen("whole") as terminal:
        begin(terminal)
        terminal.read_until(lambda: place.run)
        run = place.run
        assert run is not None
        terminal.press("w", lambda came: b"loss" in came)
        terminal.read_until(lambda: not run.status().is_active)
    return headless, run.status().images_per_second


def measure_keys(place: Place, count: int) -> dict[str, Milliseconds]:
    """Milliseconds of each key: while torch is imported, then on both screens."""
    with place.screen("endless") as terminal:
        table = _in_table(terminal)
        begin(terminal)
        importing = []
        while place.run is None:
            importing.append(next(table))
        in_table = tuple(islice(table, count))
        terminal.press("w", lambda came: b"loss" in came)
        terminal.read_on(2.0)  # until there are curves
        on_run = tuple(islice(_on_run(terminal), count))
    return {
        "while torch is imported": tuple(importing),
        "in the table": in_table,
        "on the run's screen": on_run,
    }


def _in_table(terminal: Terminal) -> Iterator[float]:
    """Down and up through the lines of the ended runs, without an end."""
    downwards = [("j", name) for name in EARLIER[1:]]
    upwards = [("k", name) for name in EARLIER[-2::-1]]
    for key, name in cycle([*downwards, *upwards]):
        terminal.read_on(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - a pause, no secret
        yield terminal.press(key, partial(_shows, name.encode()))


def _shows(name: bytes, came: bytes) -> bool:
    return name in came


def _on_run(terminal: Terminal) -> Iterator[float]:
    """The curves' cursor to the left and back, without an end."""
    shown = b""
    for key in ["h"] * AWAY_FROM_THE_END:
        terminal.press(key, _places)
        terminal.read_on(0.2)
    for key in cycle("hhhlll"):
        terminal.read_on(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - a pause, no secret
        came: list[bytes] = []

        def moved(data: bytes, came: list[bytes] = came, shown: bytes = shown) -> bool:
            came[:] = [place for place in _places(data) if place != shown]
            return bool(came)

        yield terminal.press(key, moved)
        shown = came[-1]


def _places(came: bytes) -> list[bytes]:
    """Where the cursor is said to stand."""
    return re.findall(rb" at epoch ([\d.]+)\D", came)


def _pace(place: Place, rounds: Rounds[tuple[float, float]]) -> Pace:
    headless, screen = zip(*rounds.measured, strict=True)
    ratios = [beside / alone for alone, beside in rounds.measured]
    return Pace(
        place.name,
        place.threads,
        rounds.others_cores,
        rounds.quiet,
        headless,
        screen,
        median(ratios),
        min(ratios),
        max(ratios),
    )


def _keys(place: Place, rounds: Rounds[dict[str, Milliseconds]]) -> Iterable[Keys]:
    for when in rounds.measured[0]:
        all_of_them = tuple(each for keys in rounds.measured for each in keys[when])
        percent = quantiles(all_of_them, n=100, method="inclusive")
        yield Keys(
            place.name,
            place.threads,
            rounds.others_cores,
            rounds.quiet,
            when,
            all_of_them,
            p50=percent[49],
            p95=percent[94],
        )
