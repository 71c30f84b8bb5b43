from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.training.small import a_profile
from workbench.config.profile import RunProfile
from workbench.events import Event
from workbench.runner.attempts import train_run
from workbench.store.runs import Run


@dataclass(frozen=True)
class Undisturbed:
    """A training that nothing disturbed; nobody may change its folder."""

    run: Run
    events: list[Event]


@pytest.fixture(scope="session")
def profile() -> RunProfile:
    """100 digits in batches of 32, the last of them with 4: four steps an epoch, three epochs."""
    return a_profile().model_copy(update={"name": "tiny"})


@pytest.fixture(scope="session")
def undisturbed(profile: RunProfile, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    events: list[Event] = []
    folder = tmp_path_factory.mktemp("undisturbed")
    run = train_run(profile, folder, device="cpu", watch=events.append)
    return Undisturbed(run, events)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """A folder of runs that does not exist yet."""
    return tmp_path / "runs"


@pytest.fixture
def no_poll_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags are looked up at every step: a tiny training is over before the first interval."""
    monkeypatch.setattr("workbench.runner.control.POLL_SECONDS", 0.0)
    monkeypatch.setattr("workbench.training.asking.PAUSE_POLL_SECONDS", 0.0)
