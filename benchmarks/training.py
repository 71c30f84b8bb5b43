"""Images a second of training: the workbench's ways, the lab report's, and others beside them.

Every contestant is a process of its own. They train in turns; ratios are to
the first one, in the same round.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from benchmarks.contestant import FIRST_STEPS
from benchmarks.contestants import contestant
from benchmarks.images import from_folder, images_option
from benchmarks.turn import UNTIMED_STEPS, Turn
from benchmarks.turns import Pace, in_turns, paces
from workbench.config.loading import load_profile

_ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Contestant:
    name: str
    way: str
    """Of `benchmarks.contestant.WAYS`."""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contest:
    """A network that all of these train."""

    name: str
    profile: Path
    changes: tuple[str, ...]
    contestants: tuple[Contestant, ...]


@dataclass(frozen=True)
class Result:
    contest: str
    batch_size: int
    steps: int
    """Timed in each turn."""
    paces: tuple[Pace, ...]

    def lines(self) -> list[str]:
        rounds = len(self.paces[0].ratios)
        head = (
            f"{self.contest}, batches of {self.batch_size}, {rounds} rounds of {self.steps} steps"
        )
        return [head, *(f"  {pace.line()}" for pace in self.paces)]


def _own(name: str, precision: str, compiled: str) -> Contestant:
    changes = f"training.precision={precision}", f"training.compile={compiled}"
    return Contestant(name, "workbench", changes)


_REPORT = Contestant("report", "report")
_SE_RESNET = Contest(
    "se-resnet",
    _ROOT / "profiles" / "report" / "main.toml",
    # Without a warm-up, in which gradients are not clipped.
    ("model.blocks=8", "schedule.warmup_epochs=0"),
    (
        _REPORT,
        Contestant("plain", "plain"),
        Contestant("lightning", "lightning"),
        _own("workbench-fp32", "fp32", "off"),
        _own("workbench-fp32-compiled", "fp32", "on"),
        _own("workbench-auto", "auto", "off"),
        _own("workbench-bf16-compiled", "bf16", "on"),
    ),
)
_VGG_CONTESTANTS = (_REPORT, _own("workbench", "auto", "auto"))
_VGG_A = Path(__file__).parent / "profiles" / "vgg-a.toml"
CONTESTS = {
    contest.name: contest
    for contest in (
        _SE_RESNET,
        Contest("vgg-a", _VGG_A, (), _VGG_CONTESTANTS),
        Contest("vgg-a-bn", _VGG_A, ("model.batch_norm=true",), _VGG_CONTESTANTS),
    )
}
NAMES = {each.name: each for contest in CONTESTS.values() for each in contest.contestants}


@click.command
@images_option
@click.option("--network", "networks", multiple=True, type=click.Choice([*CONTESTS]))
@click.option("--only", multiple=True, type=click.Choice([*NAMES]), help="Of the contestants.")
@click.option("--rounds", type=click.IntRange(1), default=7)
@click.option("--steps", type=click.IntRange(1), default=10, help="Timed in each turn.")
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the profiles.")
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(
    *,
    images: Path,
    networks: Sequence[str],
    only: Sequence[str],
    rounds: int,
    steps: int,
    changes: Sequence[str],
    as_json: bool,
) -> None:
    """Measure the training of each network by its contestants, in turns."""
    results = []
    for name in networks or CONTESTS:
        contest = _chosen(CONTESTS[name], only, (*from_folder(images), *changes))
        if contest.contestants:
            results.append(_measure(contest, rounds, steps))
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        click.echo("\n".join(result.lines()))


def _chosen(contest: Contest, only: Sequence[str], changes: Sequence[str]) -> Contest:
    chosen = tuple(each for each in contest.contestants if not only or each.name in only)
    return Contest(contest.name, contest.profile, (*contest.changes, *changes), chosen)


def _measure(contest: Contest, rounds: int, steps: int) -> Result:
    batch_size = load_profile(contest.profile, contest.changes).profile.training.batch_size
    # One more, so that no epoch ends at the end of the last turn.
    all_steps = FIRST_STEPS + UNTIMED_STEPS + rounds * (UNTIMED_STEPS + steps) + 1
    with ExitStack() as stack:
        turns = {
            each.name: stack.enter_context(
                contestant(each.way, contest.profile, (*contest.changes, *each.changes), all_steps)
            )
            for each in contest.contestants
        }
        measured = in_turns({name: _pace(turn, steps) for name, turn in turns.items()}, rounds)
    return Result(contest.name, batch_size, steps, paces(measured))


def _pace(take_turn: Callable[[int], Turn], steps: int) -> Callable[[], float]:
    return lambda: take_turn(steps).images_per_second
