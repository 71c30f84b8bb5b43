"""What trains and waits beside the screen goes on in the background, or can be resumed."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.background import endless, nobody_left, run_named, tiny, training_run
from tests.waiting import is_gone, until
from workbench.store.control import clear_pause, request_pause, request_stop
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore
from workbench.tui.handover import hand_over
from workbench.tui.trainings import Trainings


@pytest.fixture
def trainings(tmp_path: Path) -> Iterator[Trainings]:
    with nobody_left(tmp_path / "runs") as runs:
        yield Trainings(runs)


def said_by(trainings: Trainings) -> list[str]:
    words: list[str] = []
    hand_over(trainings, words.append)
    return words


def stop(run: Run) -> None:
    owner = read_owner(run.path)
    assert owner is not None
    request_stop(run)
    until(lambda: is_gone(owner.pid))
    assert run.status().state == "stopped"


def test_without_a_training_there_is_nothing_to_say(trainings: Trainings) -> None:
    assert said_by(trainings) == []


def test_what_waits_is_trained_after_what_trains(trainings: Trainings) -> None:
    trainings.add(endless())
    trainings.add(tiny())
    run = training_run(trainings)
    words = "\n".join(said_by(trainings))
    assert f"run {run.id} trains in the background" in words
    [pid] = map(int, re.findall(r"1 training that waited .* \(process (\d+)\)", words))
    assert [each.id for each in RunStore(trainings.runs).list()] == [run.id]
    assert (run.status().state, run.status().attempt) == ("running", 2)
    stop(run)
    until(lambda: is_gone(pid))
    assert run_named(trainings.runs, "tiny").status().state == "finished"


def test_one_that_is_prepared_begins_in_the_background(trainings: Trainings) -> None:
    trainings.add(endless())
    until(lambda: trainings.situation().job)
    words = "\n".join(said_by(trainings))
    assert "1 training that waited will come" in words
    run = run_named(trainings.runs, "endless")
    assert run.status().attempt == 1
    stop(run)


def test_a_paused_run_is_paused_in_the_background_too(trainings: Trainings) -> None:
    trainings.add(endless())
    run = training_run(trainings)
    request_pause(run)
    until(lambda: run.status().state == "paused")
    step = run.status().step
    said_by(trainings)
    until(lambda: run.status().state == "paused")
    assert (run.status().attempt, run.status().step) == (2, step)
    clear_pause(run)
    until(lambda: run.status().step > step)
    stop(run)


def a_program(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that is started in the background, in place of this one."""
    command = [sys.executable, "-c", text]
    monkeypatch.setattr("workbench.runner.detach.this_program", lambda: command)


def test_a_run_that_nobody_goes_on_with_can_be_resumed(
    trainings: Trainings, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings.add(endless())
    run = training_run(trainings)
    a_program("raise SystemExit('workbench: error: no room\\nhint: make some')", monkeypatch)
    assert said_by(trainings)[-2:] == ["no room", "hint: make some"]
    status = run.status()
    assert (status.state, status.attempt) == ("stopped", 1)
    assert "no process in the background went on: no room" in status.reason
    assert run.checkpoints().intact[0].step == status.step
    monkeypatch.undo()
    trainings.add(run)
    until(lambda: run.status().step > status.step)
    assert run.status().attempt == 2
    trainings.stop()
    assert trainings.join(60)


def test_an_interrupt_ends_the_process_that_prepares_and_leaves_a_run_to_resume(
    trainings: Trainings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainings.add(endless())
    trainings.add(tiny("later"))
    run = training_run(trainings)
    begun = tmp_path / "pid"
    a_program(
        f"import os, time; open({str(begun)!r}, 'w').write(str(os.getpid())); time.sleep(600)",
        monkeypatch,
    )
    main = threading.main_thread().ident
    assert main is not None

    def interrupt() -> None:
        until(lambda: begun.exists() and begun.read_text())
        signal.pthread_kill(main, signal.SIGINT)

    person = threading.Thread(target=interrupt)
    person.start()
    words: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        hand_over(trainings, words.append)
    person.join()
    assert is_gone(int(begun.read_text()))
    assert (run.status().state, run.status().attempt) == ("stopped", 1)
    assert run.checkpoints().intact[0].step == run.status().step
    assert words[-1] == "not trained: later"
    assert words[-2].startswith(f"go on with it: workbench resume {run.id}")
    assert not (trainings.runs / "queues").exists()
