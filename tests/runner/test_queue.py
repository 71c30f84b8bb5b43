"""Trainings that wait in a process of the background."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.background import endless, impossible, nobody_left, run_named, tiny
from tests.runner.small import stop_after
from tests.waiting import is_gone, until
from workbench.config.loading import load_profile
from workbench.runner.attempts import train_run
from workbench.runner.queue import keep_queue, start_queue
from workbench.store.control import request_stop
from workbench.store.runs import RunStore


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Path]:
    with nobody_left(tmp_path / "runs") as folder:
        yield folder


def test_one_that_fails_does_not_keep_the_next_from_training(runs: Path) -> None:
    queue = keep_queue([impossible(), tiny()], runs)
    pid = start_queue(queue, None)
    until(lambda: is_gone(pid))
    [run] = RunStore(runs).list()
    assert run.status().state == "finished"
    assert run.load_profile() == tiny()
    said = (queue.folder / "log.txt").read_text()
    assert said.index("data.mean") < said.index(f"run {run.id}")
    profiles = sorted(queue.folder.glob("*.toml"))
    assert [load_profile(path).profile for path in profiles] == [impossible(), tiny()]


def test_a_run_is_not_touched_before_its_turn(runs: Path) -> None:
    first = train_run(endless(), runs, stop=stop_after(5))
    second = train_run(tiny("second"), runs, stop=stop_after(5))
    before = {path: path.stat().st_mtime_ns for path in second.path.rglob("*")}
    pid = start_queue(keep_queue([first, second], runs), None)
    until(lambda: first.status().attempt == 2 and first.status().step > 20)
    assert {path: path.stat().st_mtime_ns for path in second.path.rglob("*")} == before
    request_stop(first)
    until(lambda: is_gone(pid))
    assert (first.status().state, first.status().attempt) == ("stopped", 2)
    assert (second.status().state, second.status().attempt) == ("finished", 2)


def test_the_first_waits_for_the_run_that_trains(runs: Path) -> None:
    start_queue(keep_queue([endless()], runs), None)
    trains = run_named(runs, "endless")
    queue = keep_queue([tiny("later")], runs)
    pid = start_queue(queue, trains)
    until(lambda: trains.status().step > 20)
    request_stop(trains)
    until(lambda: is_gone(pid))
    ended = trains.status().ended
    begun = run_named(runs, "later").status().started
    assert ended is not None
    assert begun is not None
    assert ended <= begun
