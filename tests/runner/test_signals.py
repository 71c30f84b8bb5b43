"""Ctrl-C and SIGTERM as a process meets them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from workbench.runner.signals import ignore_early_checkpoints, stop_on_signals

TRAIN = """
import time
from workbench.runner.signals import stop_on_signals
with stop_on_signals() as stop:
    print("training", flush=True)
    while not stop():
        time.sleep(0.005)
    print("stopping for", stop.number, flush=True)
    if input() == "end":
        raise SystemExit(7)
"""
"""Trains until a signal asks for a stop; the clean stop takes until a line comes in."""


@contextmanager
def training() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", TRAIN]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert line_of(process) == "training"
        yield process
        process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_only_asks_for_a_stop(number: signal.Signals) -> None:
    with training() as process:
        process.send_signal(number)
        assert line_of(process) == f"stopping for {number}"
        assert process.communicate("end\n") == ("", "")
        assert process.returncode == 7


@pytest.mark.parametrize("first", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_after_it_ends_at_once(first: signal.Signals) -> None:
    with training() as process:
        process.send_signal(first)
        line_of(process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert process.returncode == -signal.SIGINT


def test_a_second_sigterm_leaves_the_clean_stop_alone() -> None:
    with training() as process:
        process.send_signal(signal.SIGTERM)
        line_of(process)
        process.send_signal(signal.SIGTERM)
        assert process.communicate("end\n") == ("", "")
        assert process.returncode == 7


STOPS_AND_CHECKPOINT = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)


def handlers() -> list[object]:
    return [signal.getsignal(number) for number in STOPS_AND_CHECKPOINT]


def test_the_flag_is_down_until_a_signal_comes() -> None:
    with stop_on_signals() as stop:
        assert not stop()
        assert stop.number == 0
        signal.raise_signal(signal.SIGINT)
        assert stop()
        assert stop.number == signal.SIGINT


def test_sigusr2_asks_for_a_checkpoint_and_for_no_stop() -> None:
    with stop_on_signals() as signals:
        assert not signals.checkpoint()
        signal.raise_signal(signal.SIGUSR2)
        assert not signals()
        assert [signals.checkpoint(), signals.checkpoint()] == [True, False]


def test_handlers_are_restored_afterwards() -> None:
    before = handlers()
    with stop_on_signals():
        assert handlers() != before
    assert handlers() == before


def test_handlers_are_restored_after_a_signal_and_an_error() -> None:
    def fail_while_stopping() -> None:
        with stop_on_signals():
            signal.raise_signal(signal.SIGTERM)
            raise RuntimeError

    before = handlers()
    with pytest.raises(RuntimeError):
        fail_while_stopping()
    assert handlers() == before


def test_before_a_training_begins_a_wish_for_a_checkpoint_ends_nothing() -> None:
    previous = signal.getsignal(signal.SIGUSR2)
    try:
        ignore_early_checkpoints()
        signal.raise_signal(signal.SIGUSR2)
        with stop_on_signals() as stop:
            assert not stop.checkpoint()
    finally:
        signal.signal(signal.SIGUSR2, previous)
