"""A whole journey through the screens, by keys alone, on a real terminal."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.drills.terminals import WORKBENCH, Terminal, until
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore

BRAILLE = re.compile("[\u2801-\u28ff]+")
BACKSPACE = "\x7f"
TRAIN = "\x1b[15~"
"""F5, as xterm sends it."""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    yield folder
    for run in RunStore(folder).list() if folder.exists() else ():
        if (owner := read_owner(run.path)) is not None and run.status().is_active:
            os.kill(owner.pid, signal.SIGKILL)


def curve(terminal: Terminal) -> str:
    """The dots of the charts on the screen."""
    return "".join(BRAILLE.findall("\n".join(terminal.lines())))


def see_it_train(terminal: Terminal, run: Run) -> None:
    """Wait until there is a curve, and then until it has moved with the steps."""
    until(lambda: (terminal.read(), curve(terminal))[1], lambda: "\n".join(terminal.lines()))
    before, step = curve(terminal), run.status().step
    until(lambda: (terminal.read(), curve(terminal) != before and run.status().step > step)[1])


def await_state(terminal: Terminal, run: Run, state: str) -> None:
    until(lambda: (terminal.read(), run.status().state == state)[1], run.status)
    terminal.await_text(state)


def start_from_the_form(terminal: Terminal, runs: Path) -> Run:
    """From an empty folder through the quickstart's form, with a seed that is wrong at first."""
    terminal.await_text("No runs yet")
    terminal.press("\r")
    terminal.await_text("quickstart", "augment")
    terminal.press("\t")
    terminal.await_text("seed  default 42")
    terminal.press("x")
    terminal.await_text("42x", "1 error")
    terminal.press(TRAIN)
    terminal.await_text("not started")
    assert not runs.exists()
    terminal.press(f"{BACKSPACE}7")
    terminal.await_text("427")
    until(lambda: "1 error" not in "\n".join((terminal.read(), terminal.lines())[1]))
    terminal.press(TRAIN)
    until(lambda: (terminal.read(), runs.exists() and RunStore(runs).list())[1])
    [run] = RunStore(runs).list()
    return run


def detach(terminal: Terminal) -> None:
    terminal.press("d")
    terminal.await_text("not saved")
    terminal.press("x")
    terminal.await_text("train on in the background?")
    terminal.press("d")
    assert terminal.wait() == 0


def pause_and_continue(terminal: Terminal, run: Run) -> None:
    terminal.press("p")
    await_state(terminal, run, "paused")
    step = run.status().step
    terminal.press("p")
    until(lambda: (terminal.read(), run.status().step > step)[1])


def stop_and_resume(terminal: Terminal, run: Run) -> None:
    terminal.press("x")
    terminal.await_text("Stop this run?")
    terminal.press("s")
    await_state(terminal, run, "stopped")
    step = run.status().step
    terminal.press("r")
    terminal.await_text("Go on with this run?")
    terminal.press("t")
    until(lambda: (terminal.read(), run.status().step > step)[1])


def stop_at_leaving(terminal: Terminal) -> None:
    terminal.press("\x11")
    terminal.await_text("A training goes on in this window")
    terminal.press("s")
    assert terminal.wait() == 0


def test_a_run_from_the_form_is_detached_paused_stopped_and_resumed(runs: Path) -> None:
    with Terminal(WORKBENCH, columns=120, rows=40) as terminal:
        run = start_from_the_form(terminal, runs)
        see_it_train(terminal, run)
        assert run.profile["seed"] == 427
        detach(terminal)
        assert f"run {run.id} trains in the background" in terminal.raw.decode()

    with Terminal([*WORKBENCH, "watch", "latest"], columns=120, rows=40) as terminal:
        see_it_train(terminal, run)
        assert run.status().attempt == 2
        pause_and_continue(terminal, run)
        stop_and_resume(terminal, run)
        assert run.status().attempt == 3
        stop_at_leaving(terminal)
    assert run.status().state == "stopped"
    assert run.history().steps.index.tolist() == list(range(run.status().step))
