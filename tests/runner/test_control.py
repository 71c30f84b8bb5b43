"""The answers that the trainer gets between steps."""

from __future__ import annotations

import signal
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench.config.profile import RunProfile
from workbench.events import Request
from workbench.runner import control
from workbench.runner.control import POLL_SECONDS, Control
from workbench.runner.signals import stop_on_signals
from workbench.store.control import clear_pause, clear_stop, request_pause, request_stop
from workbench.store.runs import Run, open_store


class Clock:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(control, "time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return open_store(tmp_path).create(RunProfile())


def never() -> bool:
    return False


def test_without_a_flag_it_goes_on(run: Run) -> None:
    assert Control(run, never)() is Request.GO_ON


def test_a_flag_that_is_there_is_seen_at_the_first_step(run: Run) -> None:
    request_pause(run)
    assert Control(run, never)() is Request.PAUSE


def test_stop_counts_more_than_pause(run: Run) -> None:
    request_pause(run)
    request_stop(run)
    assert Control(run, never)() is Request.STOP
    clear_stop(run)
    assert Control(run, never)() is Request.PAUSE


def test_flags_are_looked_up_once_in_each_interval(run: Run, clock: Clock) -> None:
    ask = Control(run, never)
    assert ask() is Request.GO_ON
    request_pause(run)
    clock.now += 0.9 * POLL_SECONDS
    assert ask() is Request.GO_ON
    clock.now += 0.2 * POLL_SECONDS
    assert ask() is Request.PAUSE
    clear_pause(run)
    clock.now += 0.9 * POLL_SECONDS
    assert ask() is Request.PAUSE
    clock.now += 0.2 * POLL_SECONDS
    assert ask() is Request.GO_ON


def test_its_own_wish_is_asked_at_every_step(run: Run, clock: Clock) -> None:
    wishes = iter([False, False, True])
    ask = Control(run, lambda: next(wishes))
    assert [ask(), ask(), ask()] == [Request.GO_ON, Request.GO_ON, Request.STOP]


def test_its_own_wish_comes_before_a_pause(run: Run) -> None:
    request_pause(run)
    assert Control(run, lambda: True)() is Request.STOP


def test_a_run_whose_folder_is_gone_goes_on(run: Run) -> None:
    """A view may have thrown it away; what becomes of it, writing shows."""
    ask = Control(Run(run.path / "nowhere"), never)
    assert ask() is Request.GO_ON


def test_a_wish_for_a_checkpoint_is_answered_once_for_each_signal(run: Run) -> None:
    with stop_on_signals() as signals:
        ask = Control(run, signals, signals.checkpoint)
        signal.raise_signal(signal.SIGUSR2)
        assert [ask(), ask()] == [Request.CHECKPOINT, Request.GO_ON]
        signal.raise_signal(signal.SIGUSR2)
        assert [ask(), ask()] == [Request.CHECKPOINT, Request.GO_ON]


def test_a_stop_comes_before_a_checkpoint_and_a_checkpoint_before_a_pause(run: Run) -> None:
    request_pause(run)
    wishes = iter([True, False])
    stops = iter([True, False, False])
    ask = Control(run, lambda: next(stops), lambda: next(wishes))
    assert [ask(), ask(), ask()] == [Request.STOP, Request.CHECKPOINT, Request.PAUSE]
