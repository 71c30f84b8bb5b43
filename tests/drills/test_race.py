"""Two processes that resume one run at once: one trains it, the other is told that it is busy."""

from __future__ import annotations

import signal
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
)
from tests.waiting import until
from workbench.errors import ExitCode


def test_of_two_that_resume_one_run_one_trains_and_one_is_busy(
    tmp_path: Path, undisturbed: Undisturbed, times: Callable[[int, int], int]
) -> None:
    races, wanted = 0, times(1, 50)
    while races < wanted:
        run, process = start(tmp_path / "runs")
        with Reader(run, undisturbed):
            await_training(run, process)
            process.terminate()
            while races < wanted and ended(process) != 0:
                rivals = [resume(run), resume(run)]
                loser, process = first_to_end(rivals)
                assert ended(loser) == ExitCode.BUSY
                races += 1
                await_training(run, process)
                process.terminate()
                assert ended(process) in (0, 128 + signal.SIGTERM)
            process = resume(run)
            assert ended(process) == 0
        assert outcome(run) == undisturbed.outcome


def first_to_end(pair: list[ForkServerProcess]) -> list[ForkServerProcess]:
    """The two, that which ended first in front."""
    until(lambda: not all(process.is_alive() for process in pair))
    return sorted(pair, key=ForkServerProcess.is_alive)
