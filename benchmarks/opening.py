"""From the shell to the first screen, and the smallest app of Textual's beside it."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import click

from benchmarks.charts import LiveRun
from benchmarks.terminal import Terminal
from workbench.config.profile import RunProfile
from workbench.store.runs import Run, RunStore
from workbench.store.status import Status, write_status

PROGRAM = [sys.executable, "-m", "workbench"]
PEER = [
    sys.executable,
    "-c",
    "from textual.app import App\n"
    "from textual.widgets import Label\n"
    "class Smallest(App):\n"
    "    def compose(self):\n"
    "        yield Label('it is open')\n"
    "Smallest().run()",
]
BRAILLE = tuple(chr(code).encode() for code in range(0x2801, 0x2900))
Shows = Callable[[bytes], object]


@dataclass(frozen=True)
class Opening:
    """Seconds from the shell until a screen shows what it is about, of each round."""

    what: str
    seconds: tuple[float, ...]
    peer_seconds: tuple[float, ...]
    ratio: float
    """The median over the rounds; in each, both are opened one after the other."""

    def line(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return (
            f"{self.what:>16}: {median(self.seconds):.2f} s ({low:.2f} to {high:.2f}), "
            f"smallest app {median(self.peer_seconds):.2f} s, {self.ratio:.2f} times as long"
        )


@click.command
@click.option("--runs", default=1_000, type=click.IntRange(1), help="In the table.")
@click.option("--steps", default=1_000_000, type=click.IntRange(1_000), help="Of the run.")
@click.option("--rounds", default=9, type=click.IntRange(1))
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(*, runs: int, steps: int, rounds: int, as_json: bool) -> None:
    """Measure the first paint: without runs, with many, and the chart of a long run."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        many, long = _many(path / "many", runs), _long(path / "long", steps)
        results = [
            _measure("no runs", [f"--runs={path / 'none'}"], _says(b"No runs yet"), rounds, path),
            _measure(f"{runs:,} runs", [f"--runs={many}"], _says(b"finished"), rounds, path),
            _measure(
                f"{steps:,} steps", [f"--runs={long}", "watch", "latest"], _draws, rounds, path
            ),
        ]
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        click.echo(result.line())


def _many(root: Path, count: int) -> Path:
    """A folder of so many runs, which differ in their names alone."""
    first = _ended(root)
    for number in range(1, count):
        shutil.copytree(first.path, root / f"20260101-000000-earlier-{number:06}")
    return root


def _long(root: Path, steps: int) -> Path:
    """A folder of one run of so many steps."""
    LiveRun(_ended(root).path).append(steps)
    return root


def _ended(root: Path) -> Run:
    run = RunStore(root).create(RunProfile())
    write_status(run.path, Status(state="finished", epochs=3, epochs_done=3))
    return run


def _measure(
    what: str, arguments: Sequence[str], shows: Shows, rounds: int, folder: Path
) -> Opening:
    environment = {
        "XDG_CONFIG_HOME": str(folder),
        "XDG_STATE_HOME": str(folder),
        # Where this is set, all modules would be compiled in every round.
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    _open([*PROGRAM, *arguments], shows, environment)  # what is read once is warm then
    _open(PEER, _says(b"it is open"), environment)
    pairs = [
        (
            _open([*PROGRAM, *arguments], shows, environment),
            _open(PEER, _says(b"it is open"), environment),
        )
        for _ in range(rounds)
    ]
    ours, peers = zip(*pairs, strict=True)
    return Opening(what, ours, peers, median(a / b for a, b in pairs))


def _open(command: Sequence[str], shows: Shows, environment: Mapping[str, str]) -> float:
    start = perf_counter()
    with Terminal(command, environment) as terminal:
        terminal.press("", shows)
        return perf_counter() - start


def _says(text: bytes) -> Shows:
    return lambda came: text in came


def _draws(came: bytes) -> bool:
    """A chart's curve is there: braille."""
    return any(character in came for character in BRAILLE)
