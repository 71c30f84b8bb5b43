"""Runs from their start to their end, and what they leave."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.runner.small import (
    CrashError,
    Undisturbed,
    curve,
    first_step,
    resumed,
    started,
    stop_after,
)
from workbench.config.data import DigitsProfile
from workbench.config.model import VGGAProfile
from workbench.config.optimizer import SGDProfile
from workbench.config.profile import RunProfile
from workbench.data.batches import Batch
from workbench.errors import (
    DataError,
    DeviceError,
    ModelError,
    WorkbenchError,
    WriteError,
)
from workbench.events import (
    BestImproved,
    CheckpointReady,
    ConfusionCounted,
    Ended,
    EpochEnded,
    Event,
    FiltersChanged,
    Started,
    Steps,
)
from workbench.runner.attempts import train_run
from workbench.runner.evaluation import evaluate_run
from workbench.store.lines import Record
from workbench.store.liveness import read_owner
from workbench.store.runs import open_store
from workbench.store.writer import MetricsWriter
from workbench.training.learner import Learner, StepResult

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
    maybe = Steps | BestImproved | ConfusionCounted
    kinds = [type(event) for event in events if not isinstance(event, maybe)]
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


def test_a_disk_that_refuses_the_curve_is_one_line_in_the_log(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(
        writer: MetricsWriter,
        record: Record,
        append: Callable[[MetricsWriter, Record], None] = MetricsWriter.append,
    ) -> None:
        if record["event"] == "steps":
            raise WriteError(Path("0001.jsonl"), OSError(errno.ENOSPC, "No space left on device"))
        append(writer, record)

    monkeypatch.setattr(MetricsWriter, "append", refuse)
    with pytest.raises(WriteError):
        started(profile, runs)
    [run] = open_store(runs).list()
    lines = [line for line in run.log_path.read_text().splitlines() if "ERROR" in line]
    assert [line.partition(": ")[2] for line in lines] == [
        "training stopped: cannot write 0001.jsonl: No space left on device"
    ]
    assert "Traceback" not in run.log_path.read_text()


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
