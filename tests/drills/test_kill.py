"""kill -9 at any moment: the resumed run is the undisturbed one, bit for bit."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
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
)
from tests.waiting import until
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
    """While its file is half written: stopped when it is seen, and looked at once more."""
    assert process.pid is not None
    before = half_written(run)  # of processes that were killed earlier
    while process.is_alive():
        until(lambda: not process.is_alive() or half_written(run) - before, pause=0.001)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
            until(lambda: not process.is_alive() or is_stopped(process.pid))
            if half_written(run) - before:
                return
            os.kill(process.pid, signal.SIGCONT)


def half_written(run: Run) -> set[Path]:
    """Checkpoints that are not whole yet; not their checksums, nor the name of the best."""
    return {*(run.path / "checkpoints").glob(".*.pt.????????.tmp")}


def is_stopped(pid: int | None) -> bool:
    """Whether every thread of a process is, by the state in proc(5)'s stat."""
    tasks = Path(f"/proc/{pid}/task").glob("*/stat")
    try:
        return all(task.read_text().rpartition(")")[2].split()[0] in "TZX" for task in tasks)
    except (FileNotFoundError, ProcessLookupError):
        return False  # a thread ended meanwhile


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
    began, kills, in_checkpoints, finished = time.monotonic(), 0, 0, 0
    wanted = times(3, 200)
    while kills < wanted:
        run, process = start(tmp_path / "runs")
        with Reader(run, undisturbed):
            while kills < wanted and killed(run, process, at := MOMENTS[kills % len(MOMENTS)]):
                kills += 1
                in_checkpoints += at is in_a_checkpoint and bool(half_written(run))
                assert run.status().state == "interrupted"
                process = resume(run)
            assert ended(process) == 0
        assert outcome(run) == undisturbed.outcome
        finished += 1
    assert in_checkpoints == (wanted + 1) // len(MOMENTS)
    seconds = time.monotonic() - began
    print(f"{kills} kills, {in_checkpoints} in a checkpoint, {finished} runs, {seconds:.0f} s")
