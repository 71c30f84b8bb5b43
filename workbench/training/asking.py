"""Whoever trains is asked what to do next: between steps, and in an evaluation between batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

import torch

from workbench.events import Continued, Event, Paused, Request
from workbench.training.outcome import Outcome, asked_for
from workbench.training.position import Position
from workbench.training.progress import Part, Progress
from workbench.training.random_state import random_state, set_random_state

PAUSE_POLL_SECONDS = 0.2

Ask = Callable[[], Request]


def go_on() -> Request:
    """The answer of one who never wants anything."""
    return Request.GO_ON


def obey(request: Ask, progress: Progress) -> Part:
    """Between two steps: ask what to do next, and do it."""
    answer = request()
    if answer is Request.GO_ON and progress.stopwatch.is_checkpoint_due:
        answer = Request.CHECKPOINT
    if answer is Request.GO_ON:
        return None
    if outcome := (yield from progress.flush()):
        return outcome
    yield progress.checkpoint()  # also of a pause, which may outlast the process
    if answer is Request.PAUSE:
        answer = yield from _pause(request, progress)
    progress.throughput.begin()
    return asked_for(answer, progress.position)


def _pause(request: Ask, progress: Progress) -> Generator[Event, None, Request]:
    """Wait; returns the answer that ends it."""
    yield Paused(progress.position.step)
    while (answer := _end_of_waiting(request, progress)) is not Request.GO_ON:
        # The disk may have refused the checkpoint that was there already.
        yield progress.checkpoint()
        if asked_for(answer, progress.position) is not None:
            break
    yield Continued(progress.position.step)
    return answer


def _end_of_waiting(request: Ask, progress: Progress) -> Request:
    """The first answer that is not to pause; the wait takes no time."""
    with progress.stopwatch.paused():
        while (answer := request()) is Request.PAUSE:
            time.sleep(PAUSE_POLL_SECONDS)
    return answer


class EndAskedError(Exception):
    """An end was asked for in the middle of an evaluation; `outcome` is that end."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.state)
        self.outcome = outcome


def heeding_ends(request: Ask, position: Position, device: torch.device) -> Callable[[], None]:
    """To be called between the batches of an evaluation that begins now.

    Raises `EndAskedError` with the random state of now, so that the evaluation
    can be repeated. A pause waits for the next step, and a checkpoint comes at
    the epoch's end anyway.
    """
    before = random_state(device)

    def check() -> None:
        if (outcome := asked_for(request(), position)) is not None:
            set_random_state(before, device)
            raise EndAskedError(outcome)

    return check
