"""A contestant's turn: a few steps that nobody times, then those that are timed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice

import torch

from workbench.events import Request

UNTIMED_STEPS = 3
"""At a turn's start, in which a loader's workers come up and memory is claimed anew."""


@dataclass(frozen=True)
class Turn:
    seconds: float
    images: int

    @property
    def images_per_second(self) -> float:
        return self.images / self.seconds


Starts = Iterator[int]
"""Waits for the next turn and says how many steps it has; ends with the contest."""

Say = Callable[[Turn], None]
"""Called when a turn is over."""


def clock(device: torch.device) -> float:
    """Seconds, when the device has done all that it was told to."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


def timed(training: Generator[int], steps: int, device: torch.device) -> Turn:
    """The first steps of a training, each a `next` that gives its images; it is closed then."""
    with closing(training):
        deque(islice(training, UNTIMED_STEPS), maxlen=0)
        begin = clock(device)
        images = sum(islice(training, steps))
        return Turn(clock(device) - begin, images)


def requests(starts: Starts, say: Say, images: int, device: torch.device) -> Iterator[Request]:
    """The answers to a `Trainer` that asks before each step of so many images.

    Between turns it waits for its answer, and after the last it stops.
    """
    for steps in starts:
        yield from [Request.GO_ON] * UNTIMED_STEPS
        begin = clock(device)
        yield from [Request.GO_ON] * steps
        say(Turn(clock(device) - begin, steps * images))
    while True:
        yield Request.STOP
