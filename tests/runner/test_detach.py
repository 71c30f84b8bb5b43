"""A training that is started in the background from a screen: no terminal, no signals."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.background import endless, impossible, nobody_left, tiny
from tests.runner.small import stop_after
from tests.waiting import is_gone, until
from workbench.errors import DetachedError
from workbench.runner.attempts import train_run
from workbench.runner.detach import resume_detached, train_profile_detached
from workbench.store.control import request_stop
from workbench.store.liveness import read_owner
from workbench.store.runs import Run


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    with nobody_left(tmp_path / "runs") as folder:
        yield folder


def test_a_profile_trains_in_a_process_of_its_own(runs: Path) -> None:
    background = train_profile_detached(endless(), runs, "cpu")
    run = Run(runs / background.run_id)
    owner = read_owner(run.path)
    assert owner is not None
    assert owner.pid == background.pid
    assert run.load_profile() == endless()
    request_stop(run)
    until(lambda: is_gone(background.pid))
    assert run.status().state == "stopped"


def test_a_stopped_run_goes_on_in_a_process_of_its_own(runs: Path) -> None:
    run = train_run(tiny(), runs, stop=stop_after(5))
    background = resume_detached(run, "cpu")
    assert background.run_id == run.id
    until(lambda: is_gone(background.pid))
    assert (run.status().state, run.status().attempt) == ("finished", 2)


def test_what_it_says_when_it_cannot_begin_comes_as_an_error(runs: Path) -> None:
    with pytest.raises(DetachedError) as caught:
        train_profile_detached(impossible(), runs)
    assert caught.value.message.startswith("data.mean")
    assert caught.value.hint
    assert not runs.exists()


def test_a_finished_run_is_not_gone_on_with(runs: Path) -> None:
    run = train_run(tiny(), runs)
    with pytest.raises(DetachedError):
        resume_detached(run)
    assert run.status().state == "finished"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("raise SystemExit(3)", "ended with code 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
    ],
)
def test_one_that_ends_without_a_word_is_told_of(
    runs: Path, program: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", program]
    monkeypatch.setattr("workbench.runner.detach.this_program", lambda: command)
    with pytest.raises(DetachedError, match=words):
        train_profile_detached(tiny(), runs)
