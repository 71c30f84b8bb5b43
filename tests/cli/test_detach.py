"""`--detach`: what is asked of the background, and what is said of it.

What the background survives is in `tests/drills/test_detach.py`.
"""

from __future__ import annotations

import json
import logging
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from click.testing import Result

from workbench.cli import detach
from workbench.cli.logged import warnings_shown
from workbench.cli.progress import QuietView
from workbench.events import Started
from workbench.runner.detach import Background
from workbench.store.runs import Run, RunStore

Workbench = Callable[..., Result]
Calls = list[tuple[list[str], str]]


@pytest.fixture
def background(monkeypatch: pytest.MonkeyPatch) -> Callable[[Background | int], Calls]:
    """In place of a process: `background(answer)` gives the list of what it will be asked."""

    def install(answer: Background | int) -> Calls:
        calls: Calls = []

        def start(options: Sequence[str], operand: str) -> Background | int:
            calls.append((list(options), operand))
            return answer

        monkeypatch.setattr(detach, "start_detached", start)
        return calls

    return install


def test_run_says_where_it_trains_and_how_to_go_on(
    workbench: Workbench,
    tiny: Path,
    runs: Path,
    held: Callable[..., Run],
    background: Callable[..., Calls],
) -> None:
    run = held()
    calls = background(Background(run.id, 4711))
    result = workbench("run", tiny, "--detach", "--name", "other", "--set", "seed=2", "-q")
    folder = shlex.quote(str(runs))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        f"run {run.id} trains in the background (process 4711)",
        f"watch it: workbench watch {run.id} --runs {folder}",
        f"stop it: workbench stop {run.id} --runs {folder}",
        f"go on with it then: workbench resume {run.id} --runs {folder} --detach",
    ]
    options = ["--set=seed=2", '--set=name="other"', "--device=auto", "--quiet"]
    assert calls == [(["run", f"--runs={runs}", *options], str(tiny))]


def test_json_is_one_object(
    workbench: Workbench, tiny: Path, held: Callable[..., Run], background: Callable[..., Calls]
) -> None:
    run = held()
    background(Background(run.id, 4711))
    result = workbench("run", tiny, "--detach", "--json")
    assert json.loads(result.stdout) == {
        "id": run.id,
        "path": str(run.path),
        "pid": 4711,
        "state": "running",
    }


def test_resume_names_the_run_in_full(
    workbench: Workbench,
    runs: Path,
    recorded: Callable[..., Run],
    background: Callable[..., Calls],
) -> None:
    run = recorded("quick", "failed")
    calls = background(Background(run.id, 4711))
    assert workbench("resume", "quick", "--detach", "--force", "--device", "cpu").exit_code == 0
    assert calls == [(["resume", f"--runs={runs}", "--device=cpu", "--force"], run.id)]


@pytest.mark.parametrize("code", [1, 2, 75])
def test_the_exit_code_of_one_that_never_began_is_passed_on(
    workbench: Workbench, tiny: Path, background: Callable[..., Calls], code: int
) -> None:
    background(code)
    result = workbench("run", tiny, "--detach")
    assert (result.exit_code, result.output) == (code, "")


def test_an_invalid_profile_starts_nothing(
    workbench: Workbench, tiny: Path, background: Callable[..., Calls]
) -> None:
    calls = background(0)
    result = workbench("run", tiny, "--detach", "--set", "optimizer.lr=-1")
    assert result.exit_code == 2
    assert "optimizer.lr: found -1" in result.stderr
    assert calls == []


@pytest.mark.parametrize(("paused", "code"), [(True, 0), (False, 75)])
def test_a_run_that_lives_needs_no_other_process(
    workbench: Workbench,
    held: Callable[..., Run],
    background: Callable[..., Calls],
    paused: bool,
    code: int,
) -> None:
    run = held(paused=paused)
    calls = background(0)
    assert workbench("resume", run.id, "--detach").exit_code == code
    assert calls == []


def test_what_the_background_is_told_to_read_is_not_shown(workbench: Workbench) -> None:
    for command in ("run", "resume"):
        text = workbench(command, "--help").stdout
        assert "--detach" in text
        assert "--hand-over" not in text


def test_nothing_is_written_by_the_starter(
    workbench: Workbench, tiny: Path, runs: Path, background: Callable[..., Calls]
) -> None:
    background(1)
    workbench("run", tiny, "--detach")
    assert RunStore(runs).list() == []


def test_after_the_hand_over_a_warning_is_the_logs_alone(
    held: Callable[..., Run], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its outputs are the log then: what is shown on them would stand there twice."""
    monkeypatch.setattr(detach, "let_go", lambda run, descriptor: None)
    view, logger = detach.HandingOver(QuietView(), held(), -1), logging.getLogger("workbench")
    with warnings_shown():
        logger.warning("before")
        view.event(Started(2, 8, 4, 0, 100, "cpu"))
        logger.warning("after")
    shown = capsys.readouterr().err
    assert "before" in shown
    assert "after" not in shown
