"""From the command to the first training step, part by part, beside a bare script that does one."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import click

_ROOT = Path(__file__).parents[1]
PEER = """
import torch
from torch import nn
images, labels = torch.zeros(64, 1, 16, 16), torch.zeros(64).long()
network = nn.Sequential(nn.Conv2d(1, 16, 3), nn.ReLU(), nn.Flatten(), nn.Linear(16 * 14 * 14, 10))
optimizer = torch.optim.Adam(network.parameters())
nn.functional.cross_entropy(network(images), labels).backward()
optimizer.step()
"""
"""The least that a training does: torch, an optimizer, a step; no data, no record."""


@dataclass(frozen=True)
class Start:
    """Seconds, with warm files."""

    parts: dict[str, float]
    """Medians over the rounds."""
    seconds: tuple[float, ...]
    """From the start of the process to the end of the first step, in each round."""
    peer_seconds: tuple[float, ...]
    """Of the whole bare script."""
    ratio: float
    """The median over the rounds; in each, both are measured one after the other."""
    ratio_low: float
    ratio_high: float

    def lines(self) -> list[str]:
        head = (
            f"{median(self.seconds):.2f} s to the end of the first step, "
            f"{self.ratio:.2f} times ({self.ratio_low:.2f} to {self.ratio_high:.2f}) "
            f"the bare script's {median(self.peer_seconds):.2f} s"
        )
        return [head, *(f"  {seconds:6.2f} s  {part}" for part, seconds in self.parts.items())]


@click.command
@click.option(
    "--profile",
    type=click.Path(path_type=Path, exists=True),
    default=_ROOT / "profiles" / "quickstart.toml",
)
@click.option("--rounds", type=click.IntRange(1), default=7)
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(*, profile: Path, rounds: int, as_json: bool) -> None:
    """Measure the start of a profile's training."""
    start = _measure(profile.resolve(), rounds)
    click.echo(json.dumps(asdict(start)) if as_json else "\n".join(start.lines()))


def _measure(profile: Path, rounds: int) -> Start:
    _parts(profile), _peer()  # what is read once is warm then
    pairs = [(_parts(profile), _peer()) for _ in range(rounds)]
    ours, peers = zip(*pairs, strict=True)
    seconds = tuple(sum(parts.values()) for parts in ours)
    ratios = [own / peer for own, peer in zip(seconds, peers, strict=True)]
    parts = {name: median(parts[name] for parts in ours) for name in ours[0]}
    return Start(parts, seconds, peers, median(ratios), min(ratios), max(ratios))


def _parts(profile: Path) -> dict[str, float]:
    words = ["-m", "benchmarks.first_step", str(profile), repr(time.monotonic())]
    parts: dict[str, float] = json.loads(_output(words))
    return parts


def _peer() -> float:
    begun = time.monotonic()
    _output(["-c", PEER])
    return time.monotonic() - begun


def _output(words: Sequence[str]) -> str:
    return subprocess.run(  # noqa: S603 - a benchmark's own command
        [sys.executable, *words], cwd=_ROOT, capture_output=True, text=True, check=True
    ).stdout
