"""kill -9 at any moment: the resumed run is the undisturbed one, bit for bit."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.drills.small import (
    Reader,
    Undisturbed,
    await_training,
    ended,
    outcome,
    resume,
    start,
    wait_for,
)
from workbench.store.runs import Run

Moment = Callable[[Run, ForkServerProcess], None]
"""Waits until the process of a run is to be killed."""

_random = random.Random(0)


def somewhere(run: Run, process: ForkServerProcess) -> None:
    """After a random time, in an epoch or an evaluation, in start-up or at the end."""
    process.join(_random.uniform(0.0, 1.5))


def in_training(run: Run, process: ForkServerProcess) -> None:
    """A random time after this process has taken the run."""
    await_training(run, process)
    process.join(_random.uniform(0.0, 0.5))


def in_a_checkpoint(run: Run, process: ForkServerProcess) -> None:
    """While its file is half written."""
    folder = run.path / "checkpoints"
    wait_for(lambda: not process.is_alive() or any(folder.glob(".*.pt.????????.tmp")))


MOMENTS: tuple[Moment, ...] = (in_training, in_a_checkpoint, somewhere)


def killed(run: Run, process: ForkServerProcess, at: Moment) -> bool:
    """Kill it at the moment; False where it had finished before."""
    at(run, process)
    process.kill()
    return ended(process) == -9


def test_a_run_that_is_killed_again_and_again_ends_as_if_nothing_had_happened(
    tmp_path: Path,
    undisturbed: Undisturbed,
    times: Callable[[int, int], int],
) -> None:
    began, kills, half_written, finished = time.monotonic(), 0, 0, 0
    wanted = times(6, 200)
    while kills < wanted:
        run, process = start(tmp_path / "runs")
        with Reader(run, undisturbed):
            while kills < wanted and killed(run, process, MOMENTS[kills % len(MOMENTS)]):
                kills += 1
                half_written += any((run.path / "checkpoints").glob(".*.tmp"))
                assert run.status().state == "interrupted"
                process = resume(run)
            assert ended(process) == 0
        assert outcome(run) == undisturbed.outcome
        finished += 1
    assert half_written > 0
    seconds = time.monotonic() - began
    print(f"{kills} kills, {half_written} in a checkpoint, {finished} runs, {seconds:.0f} s")
