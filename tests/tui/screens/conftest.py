from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tui.screens.listed import Make
from workbench.config.profile import RunProfile
from workbench.store.liveness import write_owner
from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run, RunStore
from workbench.store.status import Best, State, Status, write_status


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs, by a path that is the same everywhere."""
    monkeypatch.chdir(tmp_path)
    return Path("runs")


@pytest.fixture
def make(root: Path) -> Make:
    def run(number: int, state: State = "finished", lr: float = 1e-3, **notes: Any) -> Run:
        profile = RunProfile.model_validate(
            {"name": "quick", "optimizer": {"kind": "adam", "lr": lr}}
        )
        made = RunStore(root).create(profile)
        path = root / f"20260101-1200{number:02d}-quick-{number:06x}"
        made.path.rename(path)
        (path / "owner.json").unlink()
        if state in ("running", "paused"):
            write_owner(path)
        best = Best(metric="val/accuracy", value=0.5 + number / 100, epoch=number)
        done = {"epochs": 10, "epochs_done": number, "steps": 100, "step": 10 * number}
        write_status(path, Status(state=state, best=best, seconds=60.0 * number, **done))
        if notes:
            write_notes(path, Notes(**notes))
        return Run(path)

    return run
