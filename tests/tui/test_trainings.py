"""The queue of this process, and the thread that works it off."""

from __future__ import annotations

import gc
import signal
import threading
import weakref
from pathlib import Path

import pytest

from tests.background import training_run
from tests.training.small import a_profile
from tests.waiting import PATIENCE_SECONDS, until
from workbench.config.profile import RunProfile
from workbench.errors import WorkbenchError
from workbench.store.control import request_pause, request_stop
from workbench.tui.trainings import Situation, Trainings


class Network:
    """Stands for what takes the memory."""


@pytest.fixture
def profile() -> RunProfile:
    return a_profile().model_copy(update={"name": "tiny"})


@pytest.fixture
def endless(profile: RunProfile) -> RunProfile:
    training = profile.training.model_copy(update={"epochs": 10_000})
    return profile.model_copy(update={"training": training})


@pytest.fixture
def trainings(tmp_path: Path) -> Trainings:
    return Trainings(tmp_path / "runs")


def test_nothing_trains_before_something_is_asked_for(trainings: Trainings) -> None:
    assert trainings.situation() == Situation()
    assert not trainings.busy
    assert trainings.join(0)


def test_jobs_are_trained_one_after_the_other(trainings: Trainings, profile: RunProfile) -> None:
    jobs = [trainings.add(profile), trainings.add(profile)]
    assert trainings.busy
    assert trainings.join(PATIENCE_SECONDS)
    results = trainings.situation().results
    assert [result.job for result in results] == jobs
    runs = [result.run for result in results]
    assert [run and run.status().state for run in runs] == ["finished", "finished"]
    assert [result.error for result in results] == [None, None]
    assert not trainings.busy


def test_a_later_job_gets_a_thread_of_its_own(trainings: Trainings, profile: RunProfile) -> None:
    for _ in range(2):
        trainings.add(profile)
        assert trainings.join(PATIENCE_SECONDS)
    assert len(trainings.situation().results) == 2


def test_a_situation_stays_the_same_while_nothing_changes(
    trainings: Trainings, endless: RunProfile
) -> None:
    trainings.add(endless)
    training_run(trainings)
    assert trainings.situation() is trainings.situation()
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)


def test_a_stop_leaves_a_checkpoint_and_empties_the_queue(
    trainings: Trainings, endless: RunProfile
) -> None:
    trainings.add(endless)
    second = trainings.add(endless)
    run = training_run(trainings)
    assert trainings.stop() == (second,)
    assert trainings.join(PATIENCE_SECONDS)
    assert run.status().state == "stopped"
    assert run.checkpoints().intact
    assert len(trainings.situation().results) == 1


def test_a_stop_by_flag_is_followed_by_the_next_job(
    trainings: Trainings, endless: RunProfile, profile: RunProfile
) -> None:
    trainings.add(endless)
    trainings.add(profile)
    request_stop(training_run(trainings))
    assert trainings.join(PATIENCE_SECONDS)
    states = [each.run and each.run.status().state for each in trainings.situation().results]
    assert states == ["stopped", "finished"]


def test_a_stopped_run_is_gone_on_with(trainings: Trainings, endless: RunProfile) -> None:
    trainings.add(endless)
    run = training_run(trainings)
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)
    steps = run.status().step
    trainings.add(run)
    until(lambda: run.status().attempt == 2)
    training_run(trainings)
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)
    assert run.status().step >= steps


def test_a_stop_while_it_is_prepared_leaves_no_run(
    trainings: Trainings, profile: RunProfile
) -> None:
    trainings.add(profile)
    until(lambda: trainings.situation().job)
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)
    [result] = trainings.situation().results
    assert (result.run, result.error, result.has_begun) == (None, None, False)
    assert not trainings.runs.exists()


def test_a_job_that_waits_can_be_dropped(trainings: Trainings, endless: RunProfile) -> None:
    first, second = trainings.add(endless), trainings.add(endless)
    training_run(trainings)
    trainings.drop(second.number)
    assert trainings.situation().waiting == ()
    assert trainings.situation().job is first
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)


def test_one_that_is_prepared_can_be_dropped_and_the_next_begins(
    trainings: Trainings, endless: RunProfile, profile: RunProfile
) -> None:
    first, second = trainings.add(endless), trainings.add(profile)
    until(lambda: trainings.situation().job)
    trainings.drop(first.number)
    assert trainings.join(PATIENCE_SECONDS)
    one, other = trainings.situation().results
    assert (one.job, one.run, one.has_begun) == (first, None, False)
    assert other.job is second
    assert other.run is not None
    assert other.run.status().state == "finished"


def test_an_interrupt_while_one_waits_for_the_end_does_not_count_as_the_end(
    trainings: Trainings, endless: RunProfile
) -> None:
    trainings.add(endless)
    run = training_run(trainings)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        trainings.join()
    assert not trainings.join(0)
    assert run.status().is_active
    trainings.stop()
    assert trainings.join(PATIENCE_SECONDS)
    assert run.status().state == "stopped"


def test_what_cannot_begin_is_told_and_the_next_job_begins(
    trainings: Trainings, profile: RunProfile
) -> None:
    wrong = a_profile(batch_size=16).model_copy(
        update={"data": profile.data.model_copy(update={"mean": (0.5, 0.5), "std": (1.0, 1.0)})}
    )
    trainings.add(wrong)
    trainings.add(profile)
    assert trainings.join(PATIENCE_SECONDS)
    first, second = trainings.situation().results
    assert first.run is None
    assert "mean" in str(first.error)
    assert second.error is None


@pytest.mark.parametrize("error", [SystemExit(3), RuntimeError("no such thing")])
def test_an_error_that_nobody_foresaw_is_told_with_its_place(
    trainings: Trainings,
    profile: RunProfile,
    error: BaseException,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def raising(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("workbench.runner.beside_screen.train_new", raising)
    trainings.add(profile)
    assert trainings.join(PATIENCE_SECONDS)
    [result] = trainings.situation().results
    assert isinstance(result.error, WorkbenchError)
    assert type(error).__name__ in result.error.message
    assert "log.txt" in result.error.hint


def test_a_release_hands_the_run_over_and_gives_back_what_waits(
    trainings: Trainings, endless: RunProfile
) -> None:
    jobs = (trainings.add(endless), trainings.add(endless))
    run = training_run(trainings)
    request_pause(run)
    with trainings.released() as released:
        assert released == jobs
        assert trainings.join(PATIENCE_SECONDS)
        assert trainings.busy  # somebody sees to them
    assert not trainings.busy
    assert run.status().is_handed_over
    assert run.checkpoints().intact[0].step == run.status().step
    [result] = trainings.situation().results
    assert result.has_begun


def test_a_training_that_failed_leaves_nothing_of_it_in_memory(
    trainings: Trainings, profile: RunProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks: list[weakref.ref[Network]] = []

    def fail(*_: object) -> None:
        network = Network()
        networks.append(weakref.ref(network))
        try:
            raise MemoryError
        except MemoryError as error:
            raise WorkbenchError("no room") from error

    monkeypatch.setattr("workbench.runner.beside_screen.train_beside", fail)
    trainings.add(profile)
    assert trainings.join(PATIENCE_SECONDS)
    (result,) = trainings.situation().results
    assert str(result.error) == "no room"
    gc.collect()
    assert networks[0]() is None
