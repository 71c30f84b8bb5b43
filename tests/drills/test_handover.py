"""A run that is let go of in one process goes on in another, to the last bit as if undisturbed."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drills.forks import FORKS
from tests.drills.small import PROFILE, Undisturbed, outcome, owner_of, resume
from tests.waiting import until
from workbench.config.loading import load_profile
from workbench.store.control import request_stop
from workbench.store.runs import Run, RunStore

Times = Callable[[int, int], int]


def _train_and_hand_over(profile: Path, runs: Path, after_steps: int, *, dies: bool) -> None:
    """The process of a screen, without the screen."""
    from workbench.tui.handover import hand_over
    from workbench.tui.trainings import Trainings

    sys.modules["__main__"].__spec__ = None
    trainings = Trainings(runs)
    trainings.add(load_profile(profile).profile)
    until(lambda: trainings.situation().run is not None)
    run = trainings.situation().run
    assert run is not None
    until(lambda: len(run.history().steps) >= after_steps or not trainings.busy)
    if dies:
        with trainings.released():
            trainings.join()
            os.kill(os.getpid(), signal.SIGKILL)
    lines: list[str] = []
    hand_over(trainings, lines.append)
    (runs.parent / "words").write_text("\n".join(lines))


def _screen(folder: Path, after_steps: int, *, dies: bool = False, text: str = PROFILE) -> Run:
    """Train beside a screen that is left after so many steps; the run, when it has been left."""
    (folder / "drill.toml").write_text(text)
    arguments = (folder / "drill.toml", folder / "runs", after_steps)
    process = FORKS.Process(target=_train_and_hand_over, args=arguments, kwargs={"dies": dies})
    process.start()
    process.join(60)
    assert process.exitcode == (-signal.SIGKILL if dies else 0)
    return RunStore(folder / "runs").find("latest")


def await_end(run: Run) -> None:
    until(lambda: not run.status().is_active)


def test_the_background_process_ends_the_run_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed: Undisturbed, times: Times
) -> None:
    draw = random.Random(7)
    for number in range(times(1, 20)):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = _screen(folder, draw.randrange(len(undisturbed.loss)))
        await_end(run)
        assert outcome(run) == undisturbed.outcome


def test_a_screen_killed_right_after_the_release_leaves_a_run_that_is_resumed_exactly(
    tmp_path: Path, undisturbed: Undisturbed, times: Times
) -> None:
    for number in range(times(1, 20)):
        folder = tmp_path / str(number)
        folder.mkdir()
        run = _screen(folder, 5 + number, dies=True)
        assert run.status().state == "interrupted"
        racers = [resume(run), resume(run)]
        for racer in racers:
            racer.join(60)
        codes = sorted(racer.exitcode or 0 for racer in racers)
        assert codes in ([0, 75], [0, 0])  # the second may come when all is done
        assert outcome(run) == undisturbed.outcome


ENDLESS = PROFILE.replace("epochs = 30", "epochs = 10000").replace("patience = 3", "patience = 0")


def test_a_stop_that_is_asked_for_on_the_way_is_heeded_by_the_process_that_goes_on(
    tmp_path: Path,
) -> None:
    runs = tmp_path / "runs"

    def stop_when_handed_over() -> None:
        until(lambda: bool(RunStore(runs).list()))
        run = RunStore(runs).find("latest")
        until(lambda: run.status().is_handed_over)
        request_stop(run)

    asker = threading.Thread(target=stop_when_handed_over)
    asker.start()
    run = _screen(tmp_path, 5, text=ENDLESS)
    asker.join()
    await_end(run)
    assert (run.status().state, run.status().attempt) == ("stopped", 2)
    until(lambda: owner_of(run) is None)  # it lets go after its last word


@pytest.mark.parametrize("after_steps", [5])
def test_the_words_name_the_process_that_goes_on(tmp_path: Path, after_steps: int) -> None:
    run = _screen(tmp_path, after_steps, text=ENDLESS)
    words = (tmp_path / "words").read_text()
    assert f"run {run.id} trains in the background (process {owner_of(run)})" in words
    request_stop(run)
    await_end(run)
