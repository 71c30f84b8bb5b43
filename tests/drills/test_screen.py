"""A training beside the screen outlives its terminal, and no process is left when it has ended.

WORKBENCH_DRILLS=long pytest tests/drills/test_screen.py
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.drills.at_once import open_training
from tests.drills.terminals import WORKBENCH, Terminal, cpu_of_threads
from tests.waiting import PATIENCE_SECONDS, children_of, is_gone, until
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore

Times = Callable[[int, int], int]

EPOCHS, STEPS_PER_EPOCH = 25, 12

PROFILE = f"""
name = "tiny"
[data]
kind = "digits"
train_per_class = 12
test_per_class = 5
validation = 0.2
[model]
kind = "se_resnet"
blocks = 1
[training]
epochs = {EPOCHS}
batch_size = 8
compile = "off"
"""
"""Two or three seconds of training."""

GRACE_SECONDS = 10.0
"""For a process to be gone once nothing trains in it: 2 s, and what a busy machine adds."""

MOST_IDLE_SECONDS = 1.0
"""CPU time, from the moment the terminal went, of every thread but the one that trains.

Some 0.3 s of it are for writing a checkpoint each epoch."""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the runs; no process of any of them is left when the test ends."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield folder
    for run in RunStore(folder).list():
        if (owner := read_owner(run.path)) is not None and run.status().is_active:
            os.kill(owner.pid, signal.SIGKILL)


def screen(*profiles: Path) -> Callable[[], None]:
    """Opens the workbench while it trains these."""
    return partial(open_training, *map(str, profiles))


def newest(runs: Path, known: int) -> Run | None:
    """The run that came to the `known` ones, once it trains."""
    found = RunStore(runs).list()
    return found[0] if len(found) > known and found[0].status().step > 0 else None


def training(runs: Path, known: int, terminal: Terminal) -> Run:
    """Wait until the screen's training has begun, with the terminal read."""
    until(lambda: (terminal.read(), newest(runs, known))[1], lambda: "\n".join(terminal.lines()))
    run = newest(runs, known)
    assert run is not None
    return run


def assert_complete(run: Run) -> None:
    status, history = run.status(), run.history()
    assert (status.state, status.epochs_done) == ("finished", EPOCHS)
    assert history.steps.index.tolist() == list(range(EPOCHS * STEPS_PER_EPOCH))
    assert "test/accuracy" in status.metrics
    assert run.weights_path.is_file()


def assert_trains_on_alone(run: Run, pid: int) -> None:
    """To its end, at which the process ends; nothing but the training takes time."""
    before, now = cpu_of_threads(pid), {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    while run.status().is_active:
        assert time.monotonic() < deadline, run.status()
        now = cpu_of_threads(pid) or now
        time.sleep(0.02)
    until(lambda: is_gone(pid), seconds=GRACE_SECONDS)
    assert_complete(run)
    spent = sorted(seconds - before.get(thread, 0) for thread, seconds in now.items())
    assert sum(spent[:-1]) < MOST_IDLE_SECONDS


def test_the_terminal_is_closed(profile: Path, runs: Path, times: Times) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile)) as terminal:
            run = training(runs, known, terminal)
            terminal.close()
            assert_trains_on_alone(run, terminal.pid)


@pytest.mark.parametrize("lose", ["close", "kill"])
def test_the_terminal_is_closed_under_a_shell(
    profile: Path, runs: Path, lose: str, times: Times
) -> None:
    for known in range(times(1, 20)):
        with Terminal(["bash", "--norc", "--noprofile", "-i"], PS1="$ ") as shell:
            command = [sys.executable, "-m", "tests.drills.at_once", str(profile)]
            shell.press(shlex.join(command) + "\r")
            run = training(runs, known, shell)
            [pid] = children_of(shell.pid)
            if lose == "kill":
                shell.process.kill()
            shell.close()
            assert_trains_on_alone(run, pid)
            assert shell.process.wait(PATIENCE_SECONDS) != 0


def test_it_is_told_that_the_terminal_went(profile: Path, runs: Path, times: Times) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile)) as terminal:
            run = training(runs, known, terminal)
            os.kill(terminal.pid, signal.SIGHUP)
            assert terminal.wait() == 128 + signal.SIGHUP
            assert b"\x1b[?1049l" in terminal.raw  # this one was still there, and is as before
            assert_complete(run)


def test_what_waits_in_the_queue_is_trained_too(profile: Path, runs: Path) -> None:
    with Terminal(screen(profile, profile)) as terminal:
        training(runs, 0, terminal)
        terminal.close()
        until(lambda: is_gone(terminal.pid))
    assert len(RunStore(runs).list()) == 2
    for run in RunStore(runs).list():
        assert_complete(run)


def stall(terminal: Terminal) -> None:
    """Make it write more than the terminal holds, and read none of it."""
    terminal.press("?\x1b" * 50)


def test_nobody_reads_the_terminal(profile: Path, runs: Path, times: Times) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile)) as terminal:
            run = training(runs, known, terminal)
            stall(terminal)
            begun = time.monotonic()
            until(lambda run=run: not run.status().is_active)
            assert_complete(run)
            time.sleep(max(0, begun + times(5, 60) - time.monotonic()))  # the drill itself
            assert terminal.process.poll() is None
            terminal.await_text("finished")
            terminal.press("\x1b" + "\x11")
            assert terminal.wait() == 0


def test_nobody_reads_the_terminal_and_then_it_is_closed(
    profile: Path, runs: Path, times: Times
) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile)) as terminal:
            run = training(runs, known, terminal)
            stall(terminal)
            time.sleep(1)  # the drill itself: until it has filled the terminal
            terminal.close()
            assert_trains_on_alone(run, terminal.pid)


def test_detached_it_trains_on_and_the_prompt_is_back(
    profile: Path, runs: Path, times: Times
) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile)) as terminal:
            run = training(runs, known, terminal)
            terminal.press("\x11")
            terminal.await_text("A training goes on in this window")
            terminal.press("d")
            assert terminal.wait() == 0
            words = rf"run {run.id} trains in the background \(process (\d+)\)"
            [pid] = map(int, re.findall(words, terminal.raw.decode()))
            until(lambda run=run: not run.status().is_active)
            until(lambda pid=pid: is_gone(pid), seconds=GRACE_SECONDS)
            assert_complete(run)


@pytest.mark.parametrize("when", ["at once", "as it is handed over"])
def test_a_terminal_that_is_closed_while_one_detaches_loses_nothing(
    profile: Path, runs: Path, when: str, times: Times
) -> None:
    for number in range(times(1, 20)):
        with Terminal(screen(profile, profile)) as terminal:
            training(runs, 2 * number, terminal)
            terminal.press("\x11")
            terminal.await_text("A training goes on in this window")
            terminal.press("d")
            if when != "at once":
                until(lambda terminal=terminal: (terminal.read(), b"takes over" in terminal.raw)[1])
            terminal.close()
            until(lambda: is_gone(terminal.pid))
        until(lambda number=number: len(RunStore(runs).list()) == 2 * number + 2)
        until(lambda: not any(run.status().is_active for run in RunStore(runs).list()))
        for run in RunStore(runs).list():
            assert_complete(run)


def test_a_run_in_the_background_outlives_a_screen_that_is_killed(
    profile: Path, runs: Path, times: Times
) -> None:
    for _ in range(times(1, 20)):
        command = [*WORKBENCH, "run", str(profile), "--detach", "--quiet"]
        subprocess.run(command, check=True, capture_output=True)
        run = RunStore(runs).find("latest")
        with Terminal([*WORKBENCH, "watch", run.id]) as terminal:
            terminal.await_text(run.id[-6:])
            os.kill(terminal.pid, signal.SIGKILL)
            assert terminal.process.wait() == -signal.SIGKILL
        until(lambda run=run: not run.status().is_active)
        assert_complete(run)


def test_sigterm_stops_the_training_with_a_checkpoint(
    profile: Path, runs: Path, times: Times
) -> None:
    for known in range(times(1, 20)):
        with Terminal(screen(profile, profile)) as terminal:
            run = training(runs, known, terminal)
            os.kill(terminal.pid, signal.SIGTERM)
            assert terminal.wait() == 128 + signal.SIGTERM
        status = run.status()
        assert status.state == "stopped"
        assert run.checkpoints().intact[0].step == status.step
        assert len(RunStore(runs).list()) == known + 1  # what waited was not begun


def test_stopped_at_leaving_it_says_how_to_go_on(profile: Path, runs: Path) -> None:
    with Terminal(screen(profile)) as terminal:
        run = training(runs, 0, terminal)
        terminal.press("\x11")
        terminal.await_text("A training goes on in this window")
        terminal.press("s")
        assert terminal.wait() == 0
    assert run.status().state == "stopped"
    last = terminal.raw.replace(b"\r\n", b"\n").decode()
    assert last.endswith(f"go on with it: workbench resume {run.id} --runs {runs}\n")


def test_ctrl_z_asks_instead_of_stopping_the_training(profile: Path, runs: Path) -> None:
    with Terminal(screen(profile)) as terminal:
        run = training(runs, 0, terminal)
        terminal.press("\x1a")
        terminal.await_text("A training goes on in this window", "Detach")
        until(lambda: not run.status().is_active)
        assert_complete(run)
