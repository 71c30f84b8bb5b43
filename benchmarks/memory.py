"""Memory of a training: its peak beside a plain loop's, and whether it grows over many steps."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import psutil

from benchmarks.contestants import contestant
from benchmarks.images import from_folder, images_option

_PROFILES = Path(__file__).parents[1] / "profiles"
PEAK_STEPS = 8
"""A plain loop has its peak in its first steps."""
FIRST_STEPS = 500
"""In which allocators fill their pools; what grows is counted from then on."""
MIB = 1 << 20
WAYS = {
    "fp32": ("training.precision=fp32", "training.compile=off"),
    "bf16": ("training.precision=bf16", "training.compile=off"),
    "bf16-compiled": ("training.precision=bf16", "training.compile=on"),
}
MORE_STEPS = 20
"""Than those of the turns: a contestant takes a few untimed ones."""


@dataclass(frozen=True)
class Peak:
    """Most memory of the processes, in MiB, with the decoded data set in all of them."""

    way: str
    changes: tuple[str, ...]
    mib: float
    plain_mib: float

    def line(self) -> str:
        more = self.mib - self.plain_mib
        return (
            f"{self.way} {' '.join(self.changes)}: peak {self.mib:,.0f} MiB, "
            f"{more:+,.0f} MiB to the plain loop's {self.plain_mib:,.0f}"
        )


@dataclass(frozen=True)
class Growth:
    """Resident memory after the first steps, and after all."""

    steps: int
    first_mib: float
    last_mib: float

    def line(self) -> str:
        grown = self.last_mib - self.first_mib
        return f"over {self.steps:,} steps {grown:+.1f} MiB, from {self.first_mib:,.0f} MiB"


@click.command
@images_option
@click.option("--steps", type=click.IntRange(1), default=10_000, help="Over which memory may grow.")
@click.option("--only", multiple=True, type=click.Choice([*WAYS]), help="Of the peaks.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the profile.")
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(
    *, images: Path, steps: int, only: Sequence[str], changes: Sequence[str], as_json: bool
) -> None:
    """Measure the main recipe's peak, and the quickstart's growth."""
    recipe = (*from_folder(images), "model.blocks=8", "schedule.warmup_epochs=0", *changes)
    plain = _peak("plain", recipe)
    peaks = [
        Peak("workbench", own, _peak("workbench", (*recipe, *own)), plain)
        for own in (WAYS[name] for name in only or WAYS)
    ]
    growth = _growth(steps)
    if as_json:
        click.echo(json.dumps({"peaks": [asdict(peak) for peak in peaks], **asdict(growth)}))
        return
    click.echo("\n".join([*(peak.line() for peak in peaks), growth.line()]))


def _peak(way: str, changes: Sequence[str]) -> float:
    """MiB."""
    main, steps = _PROFILES / "report" / "main.toml", PEAK_STEPS + MORE_STEPS
    with contestant(way, main, changes, steps) as take_turn:
        take_turn(PEAK_STEPS)
        status = Path(f"/proc/{_contestant().pid}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024 / MIB


def _growth(steps: int) -> Growth:
    profile, changes = _PROFILES / "quickstart.toml", ("training.compile=off",)
    first_steps = min(FIRST_STEPS, steps)
    all_steps = first_steps + steps + MORE_STEPS
    with contestant("workbench", profile, changes, all_steps) as take_turn:
        take_turn(first_steps)
        first = _contestant().memory_info().rss / MIB
        take_turn(steps)
        return Growth(steps, first, _contestant().memory_info().rss / MIB)


def _contestant() -> psutil.Process:
    [process] = psutil.Process().children()
    return process
