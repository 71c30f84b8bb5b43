"""The loop's seconds, and when a checkpoint is due."""

from __future__ import annotations

import pytest

from workbench.training.stopwatch import Stopwatch


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_seconds_go_on_from_earlier_attempts(clock: Clock) -> None:
    watch = Stopwatch(10, clock)
    clock.now += 50
    watch.begin(7.0)
    clock.now += 2
    assert watch.seconds == 9.0


def test_a_pause_takes_no_time(clock: Clock) -> None:
    watch = Stopwatch(10, clock)
    clock.now += 3
    with watch.paused():
        clock.now += 500
    clock.now += 1
    assert watch.seconds == 4.0


def test_a_checkpoint_is_due_so_many_minutes_after_the_last_or_the_beginning(clock: Clock) -> None:
    watch = Stopwatch(10, clock)
    clock.now += 599
    assert not watch.is_checkpoint_due
    clock.now += 1
    assert watch.is_checkpoint_due
    watch.checkpoint_taken()
    assert not watch.is_checkpoint_due
    clock.now += 600
    assert watch.is_checkpoint_due
    watch.begin(0.0)
    assert not watch.is_checkpoint_due


def test_with_0_minutes_none_is_ever_due(clock: Clock) -> None:
    watch = Stopwatch(0, clock)
    clock.now += 1e9
    assert not watch.is_checkpoint_due
