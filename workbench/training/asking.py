"""Whoever trains is asked what to do next: between steps, and in an evaluation between batches."""

from __future__ import annotations

from collections.abc import Callable

import torch

from workbench.events import Request
from workbench.training.random_state import random_state, set_random_state

Ask = Callable[[], Request]


def go_on() -> Request:
    """The answer of one who never wants anything."""
    return Request.GO_ON


class StopAskedError(Exception):
    """A stop was asked for in the middle of an evaluation."""


def heeding_stop(request: Ask, device: torch.device) -> Callable[[], None]:
    """To be called between the batches of an evaluation that begins now.

    Raises `StopAskedError` with the random state of now, so that the evaluation
    can be repeated. A pause waits for the next step, and a checkpoint comes at
    the epoch's end anyway.
    """
    before = random_state(device)

    def check() -> None:
        if request() is Request.STOP:
            set_random_state(before, device)
            raise StopAskedError

    return check
