"""Which checkpoint a diverged run goes on from."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch

from tests.runner.small import first_step, started, stop_after
from workbench.config.profile import RunProfile
from workbench.events import Event
from workbench.runner.attempts import resume_run
from workbench.store.runs import Run
from workbench.store.status import State, write_status

RUINED = "checkpoint {:09}.pt has weights that are not finite: not used"


def ruined(run: Run, step: int, value: float, parts: tuple[str, ...] = ("model",)) -> None:
    """The checkpoint of a step as if that step's update had ruined a weight."""
    path = run.path / "checkpoints" / f"{step:09}.pt"
    payload = torch.load(path, weights_only=True)
    for part in parts:
        next(iter(payload[part].values())).view(-1)[0] = value
    torch.save(payload, path)
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{checksum}  {path.name}\n")


def stopped(profile: RunProfile, runs: Path, state: State = "diverged") -> Run:
    """With checkpoints of the steps 4 and 6."""
    run = started(profile, runs, stop=stop_after(6))
    write_status(run.path, run.status().model_copy(update={"state": state}))
    return run


def forced(run: Run) -> int:
    events: list[Event] = []
    resume_run(run, force=True, device="cpu", watch=events.append, stop=stop_after(1))
    return first_step(events)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]


@pytest.mark.parametrize("value", [float("nan"), float("-inf")])
def test_one_with_weights_that_are_not_finite_is_passed_over(
    profile: RunProfile, runs: Path, caplog: pytest.LogCaptureFixture, value: float
) -> None:
    run = stopped(profile, runs)
    ruined(run, 6, value)
    assert forced(run) == 4
    assert warnings(caplog) == [RUINED.format(6)]


def test_with_no_other_it_begins_again(
    profile: RunProfile, runs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = stopped(profile, runs)
    ruined(run, 4, float("nan"))
    ruined(run, 6, float("nan"))
    assert forced(run) == 0
    assert warnings(caplog) == [
        RUINED.format(6),
        RUINED.format(4),
        "no checkpoint can be used: training begins again at step 0",
    ]


def test_the_newest_is_taken_where_it_is_finite(profile: RunProfile, runs: Path) -> None:
    assert forced(stopped(profile, runs)) == 6


def test_what_was_not_finite_in_the_best_epoch_either_is_meant_to_be_so(
    profile: RunProfile, runs: Path
) -> None:
    """As a mask of an attention."""
    run = stopped(profile, runs)
    ruined(run, 6, float("-inf"), parts=("model", "best_model"))
    assert forced(run) == 6


def test_of_a_run_that_did_not_diverge_the_newest_is_taken(profile: RunProfile, runs: Path) -> None:
    run = stopped(profile, runs, "failed")
    ruined(run, 6, float("nan"))
    assert forced(run) == 6
