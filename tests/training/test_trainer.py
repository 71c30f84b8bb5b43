"""The training loop as its events tell it."""

import io
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from workbench.config.augment import HorizontalFlipProfile, RandomCropProfile
from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.optimizer import SGDProfile
from workbench.config.profile import RunProfile
from workbench.config.schedule import WarmupHoldCosineProfile
from workbench.config.training import EarlyStoppingProfile, TrainingProfile
from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import CheckpointError
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    Ended,
    EpochEnded,
    Event,
    FiltersChanged,
    Paused,
    Request,
    Started,
    Steps,
)
from workbench.training.checkpoint import Checkpoint, read_checkpoint
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer


def a_profile(**training: object) -> RunProfile:
    """100 digits in batches of 32, the last of them with 4: four steps an epoch."""
    return RunProfile(
        seed=1,
        data=DigitsProfile(
            train_per_class=12,
            test_per_class=5,
            validation=20,
            augment=(RandomCropProfile(padding=1), HorizontalFlipProfile()),
        ),
        model=SEResNetProfile(blocks=1),
        schedule=WarmupHoldCosineProfile(warmup_epochs=1),
        training=TrainingProfile.model_validate(
            {"epochs": 3, "batch_size": 32, "clip_norm": 1.0, **training}
        ),
    )


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    profile = a_profile()
    return load_dataset(profile.data, profile.seed)


def a_trainer(
    dataset: Dataset, profile: RunProfile | None = None, checkpoint: Checkpoint | None = None
) -> Trainer:
    profile = profile or a_profile()
    return Trainer(profile, dataset, decide(profile.training, "cpu"), checkpoint)


def steps_of(events: list[Event], column: str) -> list[float]:
    """A column of all steps, joined over flushes."""
    return [v for event in events if isinstance(event, Steps) for v in event.columns[column]]


def epochs_of(events: list[Event]) -> list[EpochEnded]:
    return [event for event in events if isinstance(event, EpochEnded)]


class Asked:
    """Answers the trainer from a script: `answers[n]` to the n-th question, then go on."""

    def __init__(self, *answers: Request) -> None:
        self._answers = iter(answers)

    def __call__(self) -> Request:
        return next(self._answers, Request.GO_ON)


def stop_at(step: int) -> Asked:
    return Asked(*[Request.GO_ON] * step, Request.STOP)


def last_checkpoint(events: Iterator[Event], tmp_path: Path) -> Checkpoint:
    """Run to the end, writing each checkpoint when it comes, and read the last one back."""
    path = tmp_path / "last.pt"
    for event in events:
        if isinstance(event, CheckpointReady):
            with path.open("wb") as file:
                event.write(file)
    return read_checkpoint(path)


def test_a_run_begins_with_started_and_ends_with_ended(dataset: Dataset) -> None:
    events = list(a_trainer(dataset).train())
    started, ended = events[0], events[-1]
    assert isinstance(started, Started)
    assert (started.epochs, started.steps, started.steps_per_epoch) == (3, 12, 4)
    assert (started.first_step, started.device) == (0, "cpu")
    assert isinstance(ended, Ended)
    assert (ended.state, ended.step, ended.reason) == ("finished", 12, "")


def test_every_step_is_reported_once_in_order(dataset: Dataset) -> None:
    events = list(a_trainer(dataset).train())
    indices = [
        event.first_step + i
        for event in events
        if isinstance(event, Steps)
        for i in range(len(event))
    ]
    assert indices == list(range(12))


def test_the_learning_rate_rises_and_clipping_begins_after_warmup(dataset: Dataset) -> None:
    profile = a_profile().model_copy(update={"schedule": WarmupHoldCosineProfile(warmup_epochs=2)})
    flushes = [e for e in a_trainer(dataset, profile).train() if isinstance(e, Steps)]
    lr = {event.epoch: event.columns["lr"][0] for event in flushes}
    assert lr == {0: 0.5e-3, 1: 1e-3, 2: 1e-3}
    assert {event.epoch for event in flushes if "grad_norm" in event.columns} == {2}


def test_training_metrics_are_weighted_by_sample(dataset: Dataset) -> None:
    """The last batch of an epoch has 4 images and counts for 4."""
    events = list(a_trainer(dataset).train())
    first_epoch = steps_of(events, "loss")[:4]
    weighted = sum(loss * n for loss, n in zip(first_epoch, (32, 32, 32, 4), strict=True)) / 100
    assert epochs_of(events)[0].metrics["train/loss"] == pytest.approx(weighted, rel=1e-12)


def test_with_a_validation_part_the_test_set_is_used_once_at_the_end(dataset: Dataset) -> None:
    names = [set(event.metrics) for event in epochs_of(list(a_trainer(dataset).train()))]
    assert all("val/accuracy" in of and "test/accuracy" not in of for of in names[:3])
    assert names[3:] == [{"test/loss", "test/accuracy"}]


def test_without_one_the_test_set_is_evaluated_each_epoch() -> None:
    profile = a_profile()
    data = profile.data.model_copy(update={"validation": 0.0})
    profile = profile.model_copy(update={"data": data})
    events = list(a_trainer(load_dataset(data, 1), profile).train())
    assert len(epochs_of(events)) == 3
    assert all("test/accuracy" in event.metrics for event in epochs_of(events))
    assert {e.metric for e in events if isinstance(e, BestImproved)} == {"test/accuracy"}


def test_filters_are_told_each_epoch(dataset: Dataset) -> None:
    filters = [e for e in a_trainer(dataset).train() if isinstance(e, FiltersChanged)]
    assert [(e.epoch, e.step) for e in filters] == [(0, 4), (1, 8), (2, 12)]
    assert {(e.layer, e.shape, len(e.weights)) for e in filters} == {("stem.0", (16, 1, 3, 3), 144)}
    assert filters[0].weights != filters[-1].weights


def test_best_weights_are_those_of_the_best_epoch(dataset: Dataset) -> None:
    import safetensors.torch

    trainer = a_trainer(dataset)
    written = b""
    for event in trainer.train():
        if isinstance(event, BestImproved):
            file = io.BytesIO()
            event.write(file)
            written = file.getvalue()
    weights = safetensors.torch.load(written)
    # After a finished training the model holds its best weights.
    live = trainer.learner.model.state_dict()
    assert weights.keys() == live.keys()
    assert all(torch.equal(weights[name], live[name]) for name in weights)


def test_early_stopping_ends_the_run_as_finished(dataset: Dataset) -> None:
    profile = a_profile(
        epochs=50, early_stopping=EarlyStoppingProfile(patience=2, min_delta=1.0).model_dump()
    )
    events = list(a_trainer(dataset, profile).train())
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.step) == ("finished", 3 * 4)
    assert "early stopping" in ended.reason


def test_max_steps_ends_within_an_epoch_and_still_evaluates(dataset: Dataset) -> None:
    events = list(a_trainer(dataset, a_profile(max_steps=6)).train())
    assert len(steps_of(events, "loss")) == 6
    assert [e.step for e in epochs_of(events)] == [4, 6, 6]
    assert isinstance(events[-1], Ended)
    assert events[-1].reason == "training.max_steps = 6 reached"


def test_a_loss_that_becomes_nan_ends_as_diverged_with_the_step(dataset: Dataset) -> None:
    profile = a_profile().model_copy(update={"optimizer": SGDProfile(lr=100.0)})
    profile = profile.model_copy(update={"training": TrainingProfile(epochs=20, batch_size=32)})
    trainer = a_trainer(dataset, profile)
    with torch.no_grad():
        next(trainer.learner.model.parameters()).fill_(float("nan"))
    events = list(trainer.train())
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.state, ended.reason) == ("diverged", "loss became NaN at step 0")
    assert math.isnan(steps_of(events, "loss")[0])
    assert not any(isinstance(event, CheckpointReady | BestImproved) for event in events)


def test_pausing_waits_and_goes_on(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.training.trainer.PAUSE_POLL_SECONDS", 0.0)
    asked = Asked(Request.GO_ON, Request.GO_ON, *[Request.PAUSE] * 3)
    events = list(a_trainer(dataset).train(asked))
    assert [e for e in events if isinstance(e, Paused | Continued)] == [Paused(2), Continued(2)]
    assert len(steps_of(events, "loss")) == 12


def test_stopping_a_paused_run_leaves_a_checkpoint(dataset: Dataset) -> None:
    events = list(a_trainer(dataset).train(Asked(Request.PAUSE, Request.STOP)))
    kinds = [type(event) for event in events]
    # One on pausing, since a pause may outlast the process, and one on stopping.
    assert kinds == [Started, CheckpointReady, Paused, Continued, CheckpointReady, Ended]


def same_run(resumed: list[Event], whole: list[Event], first: int) -> bool:
    return steps_of(resumed, "loss") == steps_of(whole, "loss")[first:] and [
        {k: v for k, v in e.metrics.items() if k != "images_per_second"} for e in epochs_of(resumed)
    ] == [
        {k: v for k, v in e.metrics.items() if k != "images_per_second"}
        for e in epochs_of(whole)
        if e.step > first
    ]


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("step", [0, 3, 4, 6, 11])
def test_a_stopped_run_resumes_bit_for_bit(
    dataset: Dataset, tmp_path: Path, step: int, precision: str
) -> None:
    """In the middle of an epoch too, with augmentation, dropout and batch norm."""
    profile = a_profile(precision=precision)
    undisturbed = a_trainer(dataset, profile)
    whole = list(undisturbed.train())
    checkpoint = last_checkpoint(a_trainer(dataset, profile).train(stop_at(step)), tmp_path)
    again = a_trainer(dataset, profile, checkpoint)
    torch.manual_seed(999)  # another process has another history of random draws
    resumed = list(again.train())
    assert isinstance(resumed[0], Started)
    assert resumed[0].first_step == step
    assert same_run(resumed, whole, step)
    final, expected = again.learner.weights(), undisturbed.learner.weights()
    assert all(torch.equal(final[name], expected[name]) for name in expected)


def test_a_checkpoint_of_another_profile_or_data_set_is_refused(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    other_profile = a_profile(epochs=4, clip_norm=2.0)
    with pytest.raises(CheckpointError, match=r": training\.epochs, training\.clip_norm$"):
        a_trainer(dataset, other_profile, checkpoint)
    other = load_dataset(DigitsProfile(train_per_class=12, validation=20), 1)
    with pytest.raises(CheckpointError, match="data set"):
        a_trainer(other, checkpoint=checkpoint)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02K\x01."])
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "000001.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is not a checkpoint") as caught:
        read_checkpoint(path)
    assert "\n" not in caught.value.message


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (eval, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    path = tmp_path / "000001.pt"
    torch.save({"version": 1, "model": Hostile()}, path)
    with pytest.raises(CheckpointError):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_bf16_trains_with_weights_in_single_precision(dataset: Dataset) -> None:
    trainer = a_trainer(dataset, a_profile(precision="bf16"))
    events = list(trainer.train())
    assert all(math.isfinite(loss) for loss in steps_of(events, "loss"))
    assert {w.dtype for w in trainer.learner.model.parameters()} == {torch.float32}
    reference = list(a_trainer(dataset).train())
    assert steps_of(events, "loss")[0] == pytest.approx(steps_of(reference, "loss")[0], rel=0.02)
    assert steps_of(events, "loss") != steps_of(reference, "loss")


@pytest.mark.slow
def test_a_compiled_model_trains_and_keeps_its_weights_names(dataset: Dataset) -> None:
    """Compiled dropout draws other numbers than eager, so losses agree in size only."""
    trainer = a_trainer(dataset, a_profile(compile="on", max_steps=1))
    compiled = steps_of(list(trainer.train()), "loss")
    eager = steps_of(
        list(a_trainer(dataset, a_profile(compile="off", max_steps=1)).train()), "loss"
    )
    assert compiled == pytest.approx(eager, rel=0.3)
    assert trainer.best_weights.keys() == a_trainer(dataset).learner.weights().keys()


def test_a_run_may_be_renamed_and_outlive_a_version_without_some_key(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    known_then = json.loads(checkpoint.profile)
    del known_then["training"]["max_steps"]
    older = replace(checkpoint, profile=json.dumps(known_then))
    renamed = a_profile().model_copy(update={"name": "another-name"})
    assert a_trainer(dataset, renamed, older).position.step == 1
    with pytest.raises(CheckpointError, match=r"training\.max_steps"):
        a_trainer(dataset, a_profile(max_steps=9), older)


def test_a_checkpoint_can_be_resumed_twice(dataset: Dataset, tmp_path: Path) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(6)), tmp_path)
    first = list(a_trainer(dataset, checkpoint=checkpoint).train())
    second = list(a_trainer(dataset, checkpoint=checkpoint).train())
    assert steps_of(first, "loss") == steps_of(second, "loss")


def test_preparing_one_training_does_not_disturb_another(dataset: Dataset) -> None:
    alone = steps_of(list(a_trainer(dataset).train()), "loss")
    prepared = a_trainer(dataset)
    other = a_trainer(dataset, a_profile().model_copy(update={"seed": 7}))
    assert steps_of(list(prepared.train()), "loss") == alone
    assert steps_of(list(other.train()), "loss") != alone


def test_what_changes_no_result_may_change_before_a_resume(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    assert a_trainer(dataset, a_profile(eval_batch_size=7), checkpoint).position.step == 1


def test_a_last_update_that_ruins_the_weights_diverges_and_leaves_nothing(
    dataset: Dataset,
) -> None:
    """No training step comes after it: the evaluation must notice."""
    trainer = a_trainer(dataset, a_profile(epochs=1))

    def events() -> Iterator[Event]:
        for event in trainer.train():
            yield event
            if isinstance(event, Steps) and event.first_step + len(event) == 4:
                with torch.no_grad():
                    next(trainer.learner.model.parameters()).fill_(float("nan"))

    seen = list(events())
    assert isinstance(seen[-1], Ended)
    assert (seen[-1].state, seen[-1].reason) == ("diverged", "loss became NaN at step 4")
    assert not any(isinstance(event, CheckpointReady | BestImproved) for event in seen)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_gpu_trains_stops_and_resumes(dataset: Dataset, tmp_path: Path, precision: str) -> None:
    profile = a_profile(precision=precision)
    hardware = decide(profile.training, "cuda")
    whole = list(Trainer(profile, dataset, hardware).train())
    stopped = Trainer(profile, dataset, hardware).train(stop_at(6))
    checkpoint = last_checkpoint(stopped, tmp_path)
    resumed = list(Trainer(profile, dataset, hardware, checkpoint).train())
    assert steps_of(resumed, "loss") == pytest.approx(steps_of(whole, "loss")[6:], rel=0.05)
