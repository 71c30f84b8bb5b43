"""Contestants that take turns, so that what slows the machine for a while slows all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Pace:
    """What a contestant did in each round, and as a multiple of the first one's."""

    name: str
    images_per_second: tuple[float, ...]
    ratios: tuple[float, ...]
    """To the first contestant in the same round."""
    ratio: float
    """The median over the rounds."""
    ratio_low: float
    ratio_high: float

    def line(self) -> str:
        return (
            f"{self.name:<24} {median(self.images_per_second):>10,.0f} images/s   "
            f"{self.ratio:6.2f} times ({self.ratio_low:.2f} to {self.ratio_high:.2f})"
        )


def in_turns(contestants: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, tuple[T, ...]]:
    """Call each in every round, beginning with another one each time; what each returned."""
    names = [*contestants]
    measured: dict[str, list[T]] = {name: [] for name in names}
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            measured[name].append(contestants[name]())
    return {name: tuple(values) for name, values in measured.items()}


def paces(images_per_second: Mapping[str, Sequence[float]]) -> tuple[Pace, ...]:
    """Each contestant beside the first one."""
    base = next(iter(images_per_second.values()))
    return tuple(_pace(name, rates, base) for name, rates in images_per_second.items())


def _pace(name: str, rates: Sequence[float], base: Sequence[float]) -> Pace:
    ratios = tuple(rate / first for rate, first in zip(rates, base, strict=True))
    return Pace(name, tuple(rates), ratios, median(ratios), min(ratios), max(ratios))
