"""What it costs to write down each step: the workbench's record, TensorBoard's, Lightning's CSV.

CPU time is counted, with that of the threads that write in the background. The
loops with and without writing take turns as well: their ratio has in it what
writing costs the steps themselves, and the machine's noise. The workbench's trainer
collects its steps in both, and fetches them from the device once a second.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from statistics import median

import click

from benchmarks.augmentation import one_thread
from benchmarks.small import LEARNING_RATE, digits, small_profile, train
from benchmarks.turns import in_turns
from workbench.events import Event, Request, Steps
from workbench.store.record import record
from workbench.store.runs import Run, RunStore
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer

ONE_STEP_US = 1_000
"""What costs are a share of: a step of 1 ms."""

Keep = Callable[[Iterator[Event], Run], Iterator[Event]]


@dataclass(frozen=True)
class Spent:
    """CPU seconds of a step."""

    whole: float
    writing: float


@dataclass(frozen=True)
class Cost:
    """What a way of writing takes of each step, over the rounds."""

    name: str
    microseconds: tuple[float, ...]
    """CPU time a step of writing itself."""
    microseconds_median: float
    microseconds_low: float
    microseconds_high: float
    percent: float
    """The median as a share of a step of 1 ms."""
    step_microseconds: float
    """The median of a whole step of the same loop without it."""
    ratio: float
    """The median of the loop with it to the one without it, in each round."""
    ratio_low: float
    ratio_high: float

    def line(self) -> str:
        spread = f"{self.microseconds_low:.1f} to {self.microseconds_high:.1f}"
        ratios = f"{self.ratio:.3f} ({self.ratio_low:.3f} to {self.ratio_high:.3f})"
        return (
            f"{self.name:<12} {self.microseconds_median:7.1f} us a step ({spread}), "
            f"{self.percent:.2f} % of 1 ms; "
            f"steps of {self.step_microseconds:,.0f} us take {ratios} times as long"
        )


@click.command
@click.option("--steps", type=click.IntRange(1), default=5_000, help="In each turn.")
@click.option("--rounds", type=click.IntRange(1), default=9)
@click.option("--only", multiple=True, type=click.Choice(["workbench", "tensorboard", "csv"]))
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(*, steps: int, rounds: int, only: Sequence[str], as_json: bool) -> None:
    """Measure what recording takes of a step, beside what its peers take."""
    chosen = {name: without for name, without in WITHOUT.items() if not only or name in only}
    names = dict.fromkeys(chain.from_iterable(chosen.items()))
    with tempfile.TemporaryDirectory() as folder, one_thread():
        turns = {name: partial(LOOPS[name], steps, Path(folder)) for name in names}
        in_turns(turns, 1)  # modules are imported and caches filled then
        measured = in_turns(turns, rounds)
    costs = [_cost(name, measured[name], measured[chosen[name]]) for name in chosen]
    if as_json:
        click.echo(json.dumps([asdict(cost) for cost in costs]))
        return
    for cost in costs:
        click.echo(cost.line())


def _cost(name: str, spent: Sequence[Spent], without: Sequence[Spent]) -> Cost:
    writing = tuple(1e6 * each.writing for each in spent)
    ratios = [each.whole / bare.whole for each, bare in zip(spent, without, strict=True)]
    return Cost(
        name,
        writing,
        median(writing),
        min(writing),
        max(writing),
        percent=100 * median(writing) / ONE_STEP_US,
        step_microseconds=1e6 * median(bare.whole for bare in without),
        ratio=median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
    )


class Meter:
    """CPU time from now on: of all, and of what is metered in this thread and of other threads."""

    def __init__(self) -> None:
        self._process, self._thread = time.process_time(), time.thread_time()
        self._metered = 0.0

    def call(self, write: Callable[..., object], *what: object) -> None:
        begin = time.thread_time()
        write(*what)
        self._metered += time.thread_time() - begin

    def steps(self, events: Iterator[Event]) -> Iterator[Event]:
        """Meters whoever takes these events, while he has steps in his hands."""
        for event in events:
            begin = time.thread_time()
            yield event
            if isinstance(event, Steps):
                self._metered += time.thread_time() - begin

    def spent(self, steps: int) -> Spent:
        """A step's share, of so many. What other threads do is writing: torch has only this one."""
        whole = time.process_time() - self._process
        others = whole - (time.thread_time() - self._thread)
        return Spent(whole / steps, (self._metered + others) / steps)


def _recorded(keep: Keep, steps: int, folder: Path) -> Spent:
    """A training by the workbench's trainer."""
    profile = small_profile(steps)
    trainer = Trainer(profile, digits(), decide(profile.training, "cpu"))
    answers = chain(repeat(Request.GO_ON, steps), repeat(Request.STOP))
    run = RunStore(folder).create(profile)
    meter = Meter()
    for _ in keep(meter.steps(trainer.train(partial(next, answers))), run):
        pass
    return meter.spent(steps)


def _unrecorded(events: Iterator[Event], run: Run) -> Iterator[Event]:
    return events


def _plain(steps: int, folder: Path) -> Spent:
    """A plain loop in which no loss is ever looked at."""
    meter = Meter()
    for _ in train(steps):
        pass
    return meter.spent(steps)


def _tensorboard(steps: int, folder: Path) -> Spent:
    from torch.utils.tensorboard import SummaryWriter

    with tempfile.TemporaryDirectory(dir=folder) as runs:
        meter = Meter()
        with SummaryWriter(runs) as writer:
            for step, (loss, accuracy) in enumerate(train(steps)):
                meter.call(writer.add_scalar, "train/loss", loss.item(), step)
                meter.call(writer.add_scalar, "train/accuracy", accuracy.item(), step)
                meter.call(writer.add_scalar, "lr", LEARNING_RATE, step)
        return meter.spent(steps)


def _csv(steps: int, folder: Path) -> Spent:
    from lightning.pytorch.loggers import CSVLogger

    with tempfile.TemporaryDirectory(dir=folder) as runs:
        logger = CSVLogger(runs)
        meter = Meter()
        for step, (loss, accuracy) in enumerate(train(steps)):
            metrics = {"train/loss": loss, "train/accuracy": accuracy, "lr": LEARNING_RATE}
            meter.call(logger.log_metrics, metrics, step)
        meter.call(logger.save)
        return meter.spent(steps)


WITHOUT = {"workbench": "unrecorded", "tensorboard": "plain", "csv": "plain"}
"""Who writes, and the loop that does not."""
LOOPS: dict[str, Callable[[int, Path], Spent]] = {
    "unrecorded": partial(_recorded, _unrecorded),
    "workbench": partial(_recorded, record),
    "plain": _plain,
    "tensorboard": _tensorboard,
    "csv": _csv,
}
