"""A run that is read ahead tells what any other does, and no less."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.recorded import STEPS_PER_EPOCH, recorded_run
from workbench.store.runs import Run
from workbench.store.writer import MetricsWriter
from workbench.tui.ahead import RunAhead


def test_what_was_read_ahead_is_the_whole_record(tmp_path: Path) -> None:
    run = recorded_run(tmp_path, "finished", epochs=4)
    ahead = RunAhead(run)
    assert (ahead.path, ahead.id, ahead.status()) == (run.path, run.id, run.status())
    assert len(ahead.history().steps) == 4 * STEPS_PER_EPOCH


def test_what_came_between_reading_and_asking_is_there(tmp_path: Path) -> None:
    run = recorded_run(tmp_path, "finished", epochs=4)
    ahead = RunAhead(run)
    with MetricsWriter(run.path) as metrics:
        metrics.append({"event": "steps", "first_step": 4 * STEPS_PER_EPOCH, "loss": [0.5]})
    assert ahead.history().steps["loss"][-1] == 0.5


def test_each_who_asks_gets_a_history_of_their_own(tmp_path: Path) -> None:
    ahead = RunAhead(recorded_run(tmp_path, "finished"))
    assert ahead.history() is not ahead.history()


def test_an_error_is_met_by_who_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Run) -> None:
        raise MemoryError(run.id)

    monkeypatch.setattr(Run, "history", refuse)
    ahead = RunAhead(Run(tmp_path / "run"))
    with pytest.raises(MemoryError, match="run"):
        ahead.history()
