"""SIGTERM, as SLURM and systemd send it: a checkpoint, a quick end, and an exact resume."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.drills.small import (
    PROFILE,
    Reader,
    Undisturbed,
    await_training,
    ended,
    outcome,
    resume,
    start,
)
from workbench.store.runs import Run

LIMIT_SECONDS = 5.0

_random = random.Random(1)


def test_a_run_stops_within_seconds_of_each_sigterm_and_loses_nothing(
    tmp_path: Path,
    undisturbed: Undisturbed,
    times: Callable[[int, int], int],
) -> None:
    took: list[float] = []
    wanted = times(2, 20)
    while len(took) < wanted:
        run, process = start(tmp_path / "runs")
        with Reader(run, undisturbed):
            while len(took) < wanted:
                await_training(run, process)
                process.join(_random.uniform(0.0, 1.0))
                sent = time.monotonic()
                process.terminate()
                if ended(process) == 0:
                    break  # it had finished before
                took.append(time.monotonic() - sent)
                assert process.exitcode == 128 + signal.SIGTERM
                status = run.status()
                assert status.state == "stopped"
                assert run.checkpoints().intact[0].step == status.step
                process = resume(run)
            assert ended(process) == 0
        assert outcome(run) == undisturbed.outcome
    assert max(took) < LIMIT_SECONDS
    print(f"{len(took)} stops, the slowest in {max(took):.2f} s")


def test_sigusr2_leaves_a_checkpoint_within_an_epoch_and_the_run_goes_on(
    tmp_path: Path, undisturbed: Undisturbed
) -> None:
    run, process = start(tmp_path / "runs", re.sub("checkpoint_minutes = .*", "", PROFILE))
    with Reader(run, undisturbed):
        await_training(run, process)
        while process.is_alive() and not has_one_within_an_epoch(run):
            assert process.pid is not None
            os.kill(process.pid, signal.SIGUSR2)
            process.join(0.02)
        assert has_one_within_an_epoch(run)
        assert ended(process) == 0
    assert outcome(run) == undisturbed.outcome


def has_one_within_an_epoch(run: Run) -> bool:
    return any(int(path.stem) % 8 for path in (run.path / "checkpoints").glob("*.pt"))
