"""Runs from their start to their end, through stops, crashes and resumes."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from workbench.config.data import DigitsProfile
from workbench.config.model import VGGAProfile
from workbench.config.optimizer import SGDProfile
from workbench.config.profile import RunProfile
from workbench.data.batches import Batch
from workbench.errors import (
    CheckpointError,
    DataError,
    DeviceError,
    ModelError,
    RunBusyError,
    RunStateError,
    WorkbenchError,
)
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    Ended,
    EpochEnded,
    Event,
    FiltersChanged,
    Paused,
    Started,
    Steps,
)
from workbench.runner import attempts
from workbench.runner.attempts import Stop, Watch, prepare, resume_run, train_new, train_run
from workbench.runner.evaluation import evaluate_run
from workbench.store.checkpoints import write_checkpoint
from workbench.store.control import (
    clear_pause,
    is_pause_requested,
    is_stop_requested,
    request_pause,
    request_stop,
)
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, open_store
from workbench.training.hardware import Hardware
from workbench.training.learner import Learner, StepResult
from workbench.training.trainer import Trainer

HOLD = """
import sys
from pathlib import Path
from workbench.store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


class Undisturbed(Protocol):
    @property
    def run(self) -> Run: ...
    @property
    def events(self) -> list[Event]: ...


class CrashError(Exception):
    """Ends a run as a crash does: without a word to it."""


def stop_after(steps: int) -> Stop:
    """A wish to stop, of the process that trains, after so many more steps."""
    answers = iter([False] * steps)
    return lambda: next(answers, True)


def crash_at(kind: type[Event], step: int) -> Watch:
    """Crash when an event of this kind says that `step` steps are done."""

    def watch(event: Event) -> None:
        if isinstance(event, kind) and getattr(event, "step", -1) == step:
            raise CrashError

    return watch


def started(profile: RunProfile, runs: Path, *, stop: Stop = lambda: False) -> Run:
    return train_run(profile, runs, device="cpu", stop=stop)


def crashed(profile: RunProfile, runs: Path, *, at: Watch) -> Run:
    """A run whose process died at some event."""
    with pytest.raises(CrashError):
        train_run(profile, runs, device="cpu", watch=at)
    return open_store(runs).find("latest")


def resumed(run: Run, *, stop: Stop = lambda: False) -> list[Event]:
    events: list[Event] = []
    torch.manual_seed(999)  # another process has another history of random draws
    resume_run(run, device="cpu", watch=events.append, stop=stop)
    return events


def first_step(events: list[Event]) -> int:
    assert isinstance(events[0], Started)
    return events[0].first_step


def curve(run: Run) -> dict[str, object]:
    """All that a run recorded, to the last bit, but for what the clock says."""
    history = run.history()
    steps = {name: history.steps[name].tobytes() for name in history.steps.names}
    metrics = {
        name: (series.epochs.tolist(), series.steps.tolist(), series.values.tobytes())
        for name in history.metrics
        if name != "images_per_second"
        for series in [history.series(name)]
    }
    filters = [(each.step, each.weights.tobytes()) for each in history.filters]
    weights = {k: w.tobytes() for k, w in load_file(run.weights_path).items()}
    return {**steps, **metrics, "filters": filters, "best": history.best, "weights": weights}


def contents(run: Run) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def checkpoint_names(run: Run) -> list[str]:
    return sorted(path.name for path in (run.path / "checkpoints").glob("*.pt"))


@pytest.fixture
def no_poll_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flags are looked up at every step: a tiny training is over before the first interval."""
    monkeypatch.setattr("workbench.runner.control.POLL_SECONDS", 0.0)
    monkeypatch.setattr("workbench.training.trainer.PAUSE_POLL_SECONDS", 0.0)


# What a run leaves


def test_a_run_leaves_a_complete_folder(undisturbed: Undisturbed, profile: RunProfile) -> None:
    run = undisturbed.run
    assert {path.name for path in run.path.iterdir()} >= {
        "profile.toml",
        "status.json",
        "metrics",
        "checkpoints",
        "weights.safetensors",
        "env.json",
        "log.txt",
    }
    assert run.load_profile() == profile
    status = run.status()
    assert (status.state, status.reason, status.attempt) == ("finished", "", 1)
    assert (status.epochs_done, status.epochs, status.step, status.steps) == (3, 3, 12, 12)
    assert read_owner(run.path) is None
    assert not list(run.path.rglob("*.tmp"))


def test_its_environment_says_what_it_was_computed_with(undisturbed: Undisturbed) -> None:
    environment = undisturbed.run.environment
    assert {"python", "torch", "numpy"} <= environment["versions"].keys()
    assert environment["hardware"]["device"] == "cpu"
    assert environment["hardware"]["precision"] == "fp32"
    assert environment["hardware"]["reasons"].keys() == {"precision", "compile"}
    data = environment["data"]
    assert (data["train"], data["validation"], data["test"]) == (100, 20, 50)
    assert 0 < data["mean"][0] < 1
    assert 0 < data["std"][0] < 1
    assert "git" in environment


def test_its_curves_have_every_step_and_epoch(undisturbed: Undisturbed) -> None:
    history = undisturbed.run.history()
    assert history.steps.index.tolist() == list(range(12))
    assert set(history.steps.names) == {"loss", "accuracy", "lr", "grad_norm"}
    assert history.series("val/accuracy").epochs.tolist() == [0, 1, 2]
    assert history.series("test/accuracy").epochs.tolist() == [2]
    assert history.dropped == 0


def test_its_checkpoints_are_the_last_two_and_the_best(profile: RunProfile, runs: Path) -> None:
    """With min_delta 1 the first epoch stays the best."""
    training = profile.training.model_dump() | {"early_stopping": {"min_delta": 1.0}}
    run = started(RunProfile.model_validate(profile.model_dump() | {"training": training}), runs)
    kept = run.checkpoints()
    assert [(each.step, each.best) for each in kept.intact] == [(12, False), (8, False), (4, True)]
    assert kept.damaged == ()


def test_its_weights_give_the_recorded_best_accuracy(undisturbed: Undisturbed) -> None:
    run = undisturbed.run
    best = run.status().best
    assert best is not None
    assert evaluate_run(run, "val", device="cpu").result.accuracy == best.value
    on_test = evaluate_run(run, "test", device="cpu").result
    assert on_test.accuracy == run.history().series("test/accuracy").values[-1]
    assert on_test.loss == pytest.approx(run.history().series("test/loss").values[-1], rel=1e-12)


def test_watch_sees_every_event_in_order(undisturbed: Undisturbed) -> None:
    events = undisturbed.events
    steps = [event for event in events if isinstance(event, Steps)]
    firsts = [event.first_step for event in steps]
    assert firsts == [sum(map(len, steps[:i])) for i in range(len(steps))]
    # A machine in trouble flushes within an epoch, and not every epoch is better.
    kinds = [type(event) for event in events if not isinstance(event, Steps | BestImproved)]
    epoch: list[type[Event]] = [EpochEnded, FiltersChanged, CheckpointReady]
    assert kinds == [Started, *epoch * 3, EpochEnded, Ended]


def test_an_event_is_recorded_when_watch_sees_it(profile: RunProfile, runs: Path) -> None:
    seen: list[tuple[int, int]] = []

    def watch(event: Event) -> None:
        if isinstance(event, EpochEnded):
            history = open_store(runs).find("latest").history()
            seen.append((len(history.steps), len(history.series("val/loss").values)))

    train_run(profile, runs, device="cpu", watch=watch)
    assert seen[:3] == [(4, 1), (8, 2), (12, 3)]


def test_without_a_validation_part_it_warns(
    profile: RunProfile, runs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(without_validation(profile), runs, stop=stop_after(1))
    assert "data.validation is 0" in caplog.text
    assert "data.validation is 0" in run.log_path.read_text()


def without_validation(profile: RunProfile) -> RunProfile:
    data = profile.data.model_copy(update={"validation": 0.0})
    return profile.model_copy(update={"data": data})


# What is wrong shows before a folder is made


@pytest.mark.parametrize(
    ("changes", "device", "error"),
    [
        ({"data": DigitsProfile(train_per_class=1, validation=500)}, "cpu", DataError),
        ({"model": VGGAProfile()}, "cpu", ModelError),
        ({}, "abacus", DeviceError),
        ({}, "cuda:99", DeviceError),
    ],
)
def test_wrong_data_model_or_device_leaves_nothing(
    profile: RunProfile,
    runs: Path,
    changes: dict[str, object],
    device: str,
    error: type[WorkbenchError],
) -> None:
    with pytest.raises(error):
        train_run(profile.model_copy(update=changes), runs, device=device)
    assert not runs.exists()


# How it ends


def test_a_diverged_training_is_an_outcome(profile: RunProfile, runs: Path) -> None:
    """Each update multiplies the weights by some -100,000."""
    optimizer = SGDProfile(lr=100.0, weight_decay=1000.0)
    run = started(profile.model_copy(update={"optimizer": optimizer}), runs)
    history = run.history()
    first = int(np.flatnonzero(~np.isfinite(history.steps["loss"]))[0])
    assert history.ended is not None
    assert run.status().state == history.ended.state == "diverged"
    assert re.fullmatch(rf"loss became \w+ at step {first}", run.status().reason)


def test_an_exception_in_training_is_recorded_and_raised(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = iter(range(6))

    def fails(
        learner: Learner,
        batch: Batch,
        clip_norm: float,
        step: Callable[..., StepResult] = Learner.step,
    ) -> StepResult:
        if next(steps, None) is None:
            raise RuntimeError("the cable is unplugged")
        return step(learner, batch, clip_norm)

    monkeypatch.setattr(Learner, "step", fails)
    with pytest.raises(RuntimeError, match="the cable is unplugged"):
        started(profile, runs)
    run = open_store(runs).find("latest")
    assert run.status().state == "failed"
    assert run.status().reason == "RuntimeError: the cable is unplugged"
    log = run.log_path.read_text()
    assert "Traceback (most recent call last)" in log
    assert log.rstrip().endswith("RuntimeError: the cable is unplugged")
    assert read_owner(run.path) is None


@pytest.mark.parametrize("error", [CrashError, KeyboardInterrupt])
def test_a_view_that_crashes_leaves_an_interrupted_run_that_resumes(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, error: type[BaseException]
) -> None:
    def watch(event: Event) -> None:
        if isinstance(event, CheckpointReady):
            raise error

    with pytest.raises(error):
        train_run(profile, runs, device="cpu", watch=watch)
    run = open_store(runs).find("latest")
    assert run.status().state == "interrupted"
    assert first_step(resumed(run)) == 4
    assert curve(run) == curve(undisturbed.run)


# Stopping and resuming


def test_a_wish_to_stop_ends_it_with_a_checkpoint(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(6))
    status = run.status()
    assert (status.state, status.step, status.epochs_done) == ("stopped", 6, 1)
    assert checkpoint_names(run) == ["000000004.pt", "000000006.pt"]


@pytest.mark.parametrize("step", [0, 4, 6, 11])
def test_a_stopped_run_resumes_to_the_same_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, step: int
) -> None:
    run = started(profile, runs, stop=stop_after(step))
    assert first_step(resumed(run)) == step
    assert run.status().state == "finished"
    assert curve(run) == curve(undisturbed.run)


@pytest.mark.parametrize(
    ("at", "goes_on_from"),
    [
        (crash_at(EpochEnded, 4), 0),
        (crash_at(EpochEnded, 8), 4),
        (crash_at(CheckpointReady, 8), 8),
        (crash_at(EpochEnded, 12), 8),
    ],
)
def test_a_crashed_run_resumes_from_its_last_checkpoint_to_the_same_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, at: Watch, goes_on_from: int
) -> None:
    """Without a checkpoint, from step 0."""
    run = crashed(profile, runs, at=at)
    assert run.status().state == "interrupted"
    assert first_step(resumed(run)) == goes_on_from
    assert run.status().state == "finished"
    assert curve(run) == curve(undisturbed.run)


def test_several_attempts_make_one_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed
) -> None:
    run = crashed(profile, runs, at=crash_at(EpochEnded, 8))
    assert [first_step(resumed(run, stop=stop_after(steps))) for steps in (1, 5, 99)] == [4, 5, 10]
    assert len(list((run.path / "metrics").iterdir())) == 4
    assert run.status().attempt == 4
    assert curve(run) == curve(undisturbed.run)


def test_its_seconds_go_on_over_attempts(profile: RunProfile, runs: Path) -> None:
    first: list[Event] = []
    run = train_run(profile, runs, device="cpu", watch=first.append, stop=stop_after(6))
    seconds = [event.seconds for event in first + resumed(run) if isinstance(event, Steps)]
    assert seconds == sorted(seconds)
    assert run.status().seconds > seconds[-1]


def test_what_auto_became_is_kept_on_resume(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine would decide otherwise; that would be another curve."""
    run = started(profile, runs, stop=stop_after(1))
    before = run.environment["hardware"]
    elsewhere = Hardware("cpu", "bf16", compile=False, threads=3, reasons={"precision": "fast"})
    monkeypatch.setattr(attempts, "decide", lambda training, device: elsewhere)
    resumed(run, stop=stop_after(1))
    assert run.environment["hardware"] == before


def test_a_finished_run_is_not_resumed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    run = Run(shutil.copytree(undisturbed.run.path, tmp_path / undisturbed.run.id))
    before = contents(run)
    with pytest.raises(RunStateError, match="is finished"):
        resumed(run)
    assert contents(run) == before


def test_a_stop_asked_for_while_a_resume_prepares_is_heeded(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(profile, runs, stop=stop_after(2))

    def prepare_slowly(*arguments: Any, **options: Any) -> Trainer:
        request_stop(run)  # from another process, while images are decoded
        return prepare(*arguments, **options)

    monkeypatch.setattr(attempts, "prepare", prepare_slowly)
    resumed(run)
    assert run.status().state == "stopped"
    assert not is_stop_requested(run)


# Checkpoints that cannot be used


def test_a_damaged_checkpoint_is_reported_and_the_one_before_is_used(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(profile, runs, stop=stop_after(6))
    damage(run.path / "checkpoints" / "000000006.pt")
    assert first_step(resumed(run)) == 4
    warning = "checkpoint 000000006.pt is damaged and not used"
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [warning]
    assert warning in run.log_path.read_text()
    assert curve(run) == curve(undisturbed.run)


def test_with_no_intact_checkpoint_it_says_that_it_begins_again(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(profile, runs, stop=stop_after(3))
    damage(run.path / "checkpoints" / "000000003.pt")
    assert first_step(resumed(run)) == 0
    assert "begins again at step 0" in caplog.text
    assert curve(run) == curve(undisturbed.run)


def test_a_checkpoint_of_another_version_is_refused_not_trained_over(
    profile: RunProfile, runs: Path
) -> None:
    run = started(profile, runs, stop=stop_after(6))
    foreign = CheckpointReady(1, 7, False, lambda file: torch.save({"version": 99}, file))
    write_checkpoint(run.path, foreign)
    before = contents(run)
    with pytest.raises(CheckpointError, match="format 99"):
        resume_run(run, device="cpu")
    assert contents(run) == before


def test_an_edited_profile_is_refused_and_nothing_changes(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(4))
    path = run.path / "profile.toml"
    path.write_text(path.read_text().replace("clip_norm = 1.0", "clip_norm = 2.0"))
    before = contents(run)
    with pytest.raises(CheckpointError, match=r"profile\.toml"):
        resume_run(Run(run.path), device="cpu")
    assert contents(run) == before


# One process for each run


@contextmanager
def held_by_another_process(run: Run) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()


def test_a_run_that_another_process_holds_is_busy_and_stays_as_it_is(
    profile: RunProfile, runs: Path
) -> None:
    run = started(profile, runs, stop=stop_after(1))
    request_pause(run)
    before = contents(run)
    with held_by_another_process(run), pytest.raises(RunBusyError):
        resume_run(run, device="cpu")
    assert contents(run) == before


def test_the_lock_is_held_before_the_checkpoint_is_looked_for(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read earlier, it could be older than what another process trains meanwhile."""
    run = started(profile, runs, stop=stop_after(1))
    looked: list[Run] = []
    monkeypatch.setattr(attempts, "newest_checkpoint", looked.append)
    with held_by_another_process(run), pytest.raises(RunBusyError):
        resume_run(run, device="cpu")
    assert looked == []


# Flags in the folder


def prepared(profile: RunProfile, runs: Path) -> tuple[Run, Callable[[Watch], None]]:
    """A run whose folder is known before it trains."""
    trainer, run = prepare(profile, device="cpu"), open_store(runs).create(profile)
    return run, lambda watch: train_new(trainer, run, watch=watch)


@pytest.mark.usefixtures("no_poll_interval")
def test_a_stop_flag_is_removed_when_acted_on(profile: RunProfile, runs: Path) -> None:
    run, train = prepared(profile, runs)

    def watch(event: Event) -> None:
        if isinstance(event, EpochEnded):
            request_stop(run)

    train(watch)
    assert (run.status().state, run.status().step) == ("stopped", 4)
    assert not is_stop_requested(run)


@pytest.mark.usefixtures("no_poll_interval")
def test_flags_from_before_do_not_hold_a_resume(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(1))
    request_stop(run)
    request_pause(run)
    resumed(run, stop=stop_after(50))  # ends also if the pause flag should hold it
    assert run.status().state == "finished"
    assert not is_stop_requested(run)
    assert not is_pause_requested(run)


@pytest.mark.usefixtures("no_poll_interval")
def test_a_paused_run_goes_on_when_the_flag_is_removed(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed
) -> None:
    run, train = prepared(profile, runs)
    states: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, CheckpointReady) and event.step == 4:
            request_pause(run)
        if isinstance(event, Paused):
            clear_pause(run)
        if isinstance(event, Paused | Continued):
            states.append(run.status().state)

    train(watch)
    assert states == ["paused", "running"]
    assert curve(run) == curve(undisturbed.run)


def test_its_log_is_its_own(undisturbed: Undisturbed, profile: RunProfile, runs: Path) -> None:
    """Once a run has ended, what this process logs is no part of it."""
    run = started(profile, runs, stop=stop_after(0))
    before = run.log_path.read_text()
    logging.getLogger("workbench").error("of something else")
    assert run.log_path.read_text() == before
    assert "of something else" not in undisturbed.run.log_path.read_text()
