"""The training loop as its events tell it."""

import io
import math
from collections.abc import Iterator

import pytest
import torch

from tests.training.small import (
    Asked,
    a_profile,
    a_trainer,
    epochs_of,
    steps_of,
)
from workbench.config.optimizer import SGDProfile
from workbench.config.schedule import CosineProfile, WarmupHoldCosineProfile
from workbench.config.training import EarlyStoppingProfile, TrainingProfile
from workbench.data.dataset import Dataset, load_dataset
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    Ended,
    Event,
    FiltersChanged,
    Paused,
    Request,
    Started,
    Steps,
)


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


def test_each_step_tells_its_own_learning_rate_and_an_epoch_that_of_its_last_step(
    dataset: Dataset,
) -> None:
    profile = a_profile().model_copy(update={"schedule": CosineProfile()})
    events = list(a_trainer(dataset, profile).train())
    expected = [0.5e-3 * (1 + math.cos(math.pi * step / 12)) for step in range(12)]
    assert steps_of(events, "lr") == pytest.approx(expected, rel=1e-12)
    assert [e.metrics["lr"] for e in epochs_of(events)[:3]] == [
        steps_of(events, "lr")[step] for step in (3, 7, 11)
    ]


def test_training_metrics_are_weighted_by_sample(dataset: Dataset) -> None:
    """The last batch of an epoch has 4 images and counts for 4."""
    events = list(a_trainer(dataset).train())
    first_epoch = steps_of(events, "loss")[:4]
    weighted = sum(loss * n for loss, n in zip(first_epoch, (32, 32, 32, 4), strict=True)) / 100
    assert epochs_of(events)[0].metrics["train/loss"] == pytest.approx(weighted, rel=1e-12)


def test_with_a_validation_part_the_test_set_is_used_once_at_the_end(dataset: Dataset) -> None:
    names = [set(event.metrics) for event in epochs_of(list(a_trainer(dataset).train()))]
    assert all("val/accuracy" in of and "test/accuracy" not in of for of in names[:3])
    assert names[3:] == [{"test/loss", "test/accuracy", "test/top5_accuracy"}]


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
    monkeypatch.setattr("workbench.training.asking.PAUSE_POLL_SECONDS", 0.0)
    asked = Asked(Request.GO_ON, Request.GO_ON, *[Request.PAUSE] * 3)
    events = list(a_trainer(dataset).train(asked))
    assert [e for e in events if isinstance(e, Paused | Continued)] == [Paused(2), Continued(2)]
    assert len(steps_of(events, "loss")) == 12


def test_stopping_a_paused_run_leaves_a_checkpoint(dataset: Dataset) -> None:
    events = list(a_trainer(dataset).train(Asked(Request.PAUSE, Request.STOP)))
    kinds = [type(event) for event in events]
    # The disk may have refused that of the pause.
    assert kinds == [Started, CheckpointReady, Paused, CheckpointReady, Continued, Ended]


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
    assert trainer.progress.best_weights.keys() == a_trainer(dataset).learner.weights().keys()


def test_preparing_one_training_does_not_disturb_another(dataset: Dataset) -> None:
    alone = steps_of(list(a_trainer(dataset).train()), "loss")
    prepared = a_trainer(dataset)
    other = a_trainer(dataset, a_profile().model_copy(update={"seed": 7}))
    assert steps_of(list(prepared.train()), "loss") == alone
    assert steps_of(list(other.train()), "loss") != alone


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
