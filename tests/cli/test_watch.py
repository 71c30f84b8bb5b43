"""`workbench watch`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result

from tests.cli.conftest import Screen
from tests.cli.imports import output_and_imports
from workbench.cli import watch
from workbench.cli.watch import followed
from workbench.config.profile import RunProfile
from workbench.events import Continued, Ended, EpochEnded, Event, Paused, Started, Steps
from workbench.store.record import record
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]


@pytest.mark.parametrize(
    ("state", "code"), [("finished", 0), ("stopped", 0), ("failed", 1), ("diverged", 1), (None, 1)]
)
def test_a_run_that_has_ended_is_told_to_its_end(
    workbench: Workbench, recorded: Callable[..., Run], state: str | None, code: int
) -> None:
    run = recorded("quick", state)
    result = workbench("watch", run.id, "--plain")
    assert result.exit_code == code
    start, *epochs = result.stderr.splitlines()
    assert start == "training on cpu: 1,234 parameters, 3 epochs of 4 steps, from the start"
    assert [line[:9] for line in epochs] == ["epoch 1/3", "epoch 2/3"]
    assert result.stdout.startswith(f"{state or 'interrupted'}: 2 epochs, 8 steps")


def test_the_words_are_those_of_the_training_itself(
    workbench: Workbench, tiny: Path, runs: Path
) -> None:
    trained = workbench("run", tiny)
    [run] = RunStore(runs).list()
    watched = workbench("watch", run.id)
    assert (watched.stdout, watched.stderr) == (trained.stdout, trained.stderr)


def test_with_json_the_outcome_alone_is_on_standard_output(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("watch", "latest", "--json", "--quiet")
    assert result.stderr == ""
    facts = json.loads(result.stdout)
    assert (facts["id"], facts["state"], facts["epochs"]) == (run.id, "finished", 2)


def test_on_a_terminal_a_bar_stands_under_the_lines(
    on_terminal: Callable[..., Screen], recorded: Callable[..., Run]
) -> None:
    recorded("quick", "stopped", "stopped after 8 steps")
    screen = on_terminal("watch", "latest", "--plain")
    assert [line[:9] for line in screen.lines[:4]] == [
        "training ",
        "epoch 1/3",
        "epoch 2/3",
        "epoch 2/3",
    ]
    assert "8/12  loss 0.250" in screen.lines[3]
    assert screen.lines[4].startswith("stopped after 8 steps: ")


# A run that lives


def test_what_happens_meanwhile_is_followed(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The training does one thing more each time the watcher has waited."""

    def training() -> Iterator[Event]:
        yield Started(2, 8, 4, 0, 1234, "cpu")
        yield Steps(0, 0, {"loss": [2.0, 1.0], "accuracy": [0.0, 0.5]}, 900.0, 1.0)
        yield Paused(2)
        yield Continued(2)
        yield EpochEnded(0, 4, {"train/loss": 1.5}, 2.0)
        yield Ended("stopped", 4, "stopped after 4 steps", 2.0)

    run = RunStore(runs).create(RunProfile(name="quick"))
    with closing(record(training(), run)) as events:
        next(events)
        monkeypatch.setattr(watch.time, "sleep", lambda _: next(events, None))
        seen = list(followed(run))
    assert [type(event) for event in seen] == [Started, Steps, Paused, Continued, EpochEnded]
    assert seen[1].columns == {"loss": [2.0, 1.0], "accuracy": [0.0, 0.5]}  # type: ignore[union-attr]


def test_an_interrupt_ends_the_watching_and_not_the_run(held: Callable[..., Run]) -> None:
    run = held()
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "watch", run.id],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("training on cpu")
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[0] == ""
    assert process.returncode == 130
    assert run.status().state == "running"


def test_watching_needs_no_torch(recorded: Callable[..., Run]) -> None:
    run = recorded()
    _, modules = output_and_imports("watch", run.id, "--quiet")
    assert "workbench.cli.watch" in modules
    assert "torch" not in modules
