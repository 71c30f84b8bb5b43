"""A clock that jumps while a run trains: set by hand, or by a time server after hours."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.events import EpochEnded, Event
from workbench.runner.attempts import resume_run, train_run
from workbench.store.rows import row_of, sorted_rows
from workbench.store.runs import Run, RunStore

TINY = RunProfile(
    name="tiny",
    data=DigitsProfile(train_per_class=12, test_per_class=5, validation=0.2),
    model=SEResNetProfile(blocks=1),
    training=TrainingProfile(epochs=4, batch_size=32),
)
HOUR, DAY = 3600.0, 86400.0


@pytest.fixture
def clock() -> Iterator[list[float]]:
    """What the wall clock is wrong by, in seconds: the one number of the list."""
    wrong_by, real = [0.0], time.time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + wrong_by[0])
        yield wrong_by


@pytest.mark.parametrize("jump", [-DAY, -HOUR, HOUR])
def test_a_jump_while_it_trains_changes_no_result(
    tmp_path: Path, clock: list[float], jump: float
) -> None:
    states: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, EpochEnded):
            clock[0] += jump
            [run] = RunStore(tmp_path / "jumped").list()
            states.append(run.status().state)

    undisturbed = train_run(TINY, tmp_path / "steady", device="cpu")
    run = train_run(TINY, tmp_path / "jumped", device="cpu", watch=watch)
    history, status = run.history(), run.status()
    assert set(states) == {"running"}
    assert status.state == "finished"
    assert history.dropped == 0
    assert history.steps["loss"].tolist() == undisturbed.history().steps["loss"].tolist()
    seconds = history.seconds_at(history.steps.index)
    assert (seconds[1:] >= seconds[:-1]).all()
    assert 0 < status.seconds < HOUR / 2
    assert status.images_per_second >= 0


def test_a_resume_at_an_earlier_time_goes_on_from_the_last_checkpoint(
    tmp_path: Path, clock: list[float]
) -> None:
    """The last is that of the most steps, whatever the files' times say."""
    asked = iter([False] * 7)
    run = train_run(TINY, tmp_path, device="cpu", stop=lambda: next(asked, True))
    clock[0] = -DAY
    resume_run(run, device="cpu")
    started = run.history().started
    assert started is not None
    assert started.first_step == 7
    assert (run.status().state, run.status().attempt) == ("finished", 2)


def test_lists_stay_in_the_order_of_their_ids(tmp_path: Path, clock: list[float]) -> None:
    """Not in that of times which a jump has turned round; such times can still be sorted by."""
    store = RunStore(tmp_path)
    made: list[Run] = []
    for wrong_by in (0.0, -DAY, HOUR):
        clock[0] = wrong_by
        made.append(store.create(TINY))
    ids = [run.id for run in store.list()]
    assert ids == sorted((run.id for run in made), reverse=True)
    rows = sorted_rows([row_of(run) for run in store.list()], "created")
    assert [row["id"] for row in rows] == [made[place].id for place in (1, 0, 2)]
