"""Checkpoints within an epoch, and stops in the middle of an evaluation."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.training.small import Asked, a_profile, a_trainer, epochs_of, last_checkpoint, steps_of
from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.events import (
    CheckpointReady,
    Continued,
    Ended,
    EpochEnded,
    Event,
    Paused,
    Released,
    Request,
    Started,
)
from workbench.training.stopwatch import Stopwatch
from workbench.training.trainer import Trainer

GO_ON = Request.GO_ON
AT_ONCE = 1e-9
"""Minutes that have always passed."""


def checkpoints(events: list[Event]) -> list[tuple[int, int]]:
    return [(e.epoch, e.step) for e in events if isinstance(e, CheckpointReady)]


def recorded(events: list[Event]) -> tuple[object, ...]:
    """All numbers of a training but those that the clock tells."""
    columns = [steps_of(events, name) for name in ("loss", "accuracy", "lr")]
    metrics = [
        {name: value for name, value in epoch.metrics.items() if name != "images_per_second"}
        for epoch in epochs_of(events)
    ]
    return (*columns, metrics)


def weights_of(trainer: Trainer) -> list[torch.Tensor]:
    return [*trainer.learner.weights().values(), *trainer.progress.best_weights.values()]


def test_a_checkpoint_comes_within_an_epoch_when_its_minutes_have_passed(dataset: Dataset) -> None:
    events = list(a_trainer(dataset, a_profile(epochs=1, checkpoint_minutes=AT_ONCE)).train())
    assert checkpoints(events) == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 4)]


@pytest.mark.parametrize("minutes", [0.0, 1000.0])
def test_otherwise_they_come_at_the_ends_of_epochs(dataset: Dataset, minutes: float) -> None:
    events = list(a_trainer(dataset, a_profile(epochs=2, checkpoint_minutes=minutes)).train())
    assert checkpoints(events) == [(1, 4), (2, 8)]


def test_a_checkpoint_that_is_asked_for_is_written_at_once_and_training_goes_on(
    dataset: Dataset,
) -> None:
    asked = Asked(GO_ON, GO_ON, Request.CHECKPOINT)
    events = list(a_trainer(dataset, a_profile(epochs=1)).train(asked))
    assert checkpoints(events) == [(0, 2), (1, 4)]
    assert isinstance(events[-1], Ended)
    assert events[-1].state == "finished"


def test_one_that_is_asked_for_in_a_pause_is_written_and_does_not_end_it(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk may have refused the pause's own."""
    monkeypatch.setattr("workbench.training.asking.PAUSE_POLL_SECONDS", 0.0)
    answers = [Request.PAUSE, Request.PAUSE, Request.CHECKPOINT, Request.PAUSE, GO_ON]
    events = list(a_trainer(dataset, a_profile(epochs=1)).train(Asked(GO_ON, *answers)))
    assert checkpoints(events) == [(0, 1), (0, 1), (1, 4)]
    at = [type(e) for e in events if isinstance(e, CheckpointReady | Paused | Continued)]
    assert at == [CheckpointReady, Paused, CheckpointReady, Continued, CheckpointReady]


def test_one_of_a_pause_after_the_best_epoch_is_of_the_best(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.training.asking.PAUSE_POLL_SECONDS", 0.0)
    pauses = [Request.PAUSE, Request.CHECKPOINT, GO_ON, GO_ON, Request.CHECKPOINT]
    answers = [Request.CHECKPOINT, *[GO_ON] * 3, *pauses]
    events = list(a_trainer(dataset, a_profile(epochs=2)).train(Asked(*answers)))
    best = [(e.step, e.best) for e in events if isinstance(e, CheckpointReady)][:-1]
    assert best == [(0, False), (4, True), (4, True), (4, True), (6, False)]


def test_a_checkpoint_of_a_pause_counts_no_time_of_it(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += 1000.0

    monkeypatch.setattr("time.sleep", sleep)
    trainer = a_trainer(dataset)
    trainer.progress.stopwatch = Stopwatch(0, lambda: now)
    asked = Asked(*[Request.PAUSE] * 3, Request.CHECKPOINT, Request.PAUSE, Request.STOP)
    checkpoint = last_checkpoint(trainer.train(asked), tmp_path)
    assert now == 3000.0
    assert checkpoint.position.seconds == 0.0


def test_checkpoints_change_no_number(dataset: Dataset) -> None:
    options = {"ema_decay": 0.9, "gradient_accumulation": 3}
    plain = a_trainer(dataset, a_profile(**options))
    often = a_trainer(dataset, a_profile(**options, checkpoint_minutes=AT_ONCE))
    asked = a_trainer(dataset, a_profile(**options))
    expected = recorded(list(plain.train()))
    assert recorded(list(often.train())) == expected
    assert recorded(list(asked.train(Asked(*[Request.CHECKPOINT] * 9)))) == expected
    for other in (often, asked):
        assert all(map(torch.equal, weights_of(other), weights_of(plain)))


def test_a_release_leaves_a_checkpoint_at_the_next_step_and_lets_go(
    dataset: Dataset, tmp_path: Path
) -> None:
    asked = Asked(GO_ON, GO_ON, Request.RELEASE)
    released = check_end(dataset, a_profile(epochs=2), asked, tmp_path)
    assert checkpoints(released) == [(0, 2)]
    assert released[-1] == Released(2)


def test_a_release_ends_a_pause_and_the_attempt(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.training.asking.PAUSE_POLL_SECONDS", 0.0)
    asked = Asked(GO_ON, Request.PAUSE, Request.PAUSE, Request.RELEASE)
    released = check_end(dataset, a_profile(epochs=2), asked, tmp_path)
    assert checkpoints(released) == [(0, 1), (0, 1)]
    assert released[-1] == Released(1)


# Ends in the middle of an evaluation

LONG_EVALUATION = {"eval_batch_size": 5, "ema_decay": 0.9}
"""Four batches of the validation part, so three questions between them; ten of the test set."""


def check_end(dataset: Dataset, profile: RunProfile, asked: Asked, tmp_path: Path) -> list[Event]:
    """End an attempt, and go on: what both did together is the undisturbed training."""
    undisturbed = a_trainer(dataset, profile)
    whole = list(undisturbed.train())
    stopped: list[Event] = []
    first = a_trainer(dataset, profile)

    def watched() -> Iterator[Event]:
        for event in first.train(asked):
            stopped.append(event)
            yield event

    checkpoint = last_checkpoint(watched(), tmp_path)
    again = a_trainer(dataset, profile, checkpoint)
    torch.manual_seed(999)
    resumed = list(again.train())
    assert recorded(stopped + resumed) == recorded(whole)
    assert all(map(torch.equal, weights_of(again), weights_of(undisturbed)))
    return stopped


@pytest.mark.parametrize("end", [Request.STOP, Request.RELEASE])
@pytest.mark.parametrize("max_steps", [0, 6])
def test_an_end_in_an_evaluation_leaves_the_epochs_last_step_and_the_evaluation_is_repeated(
    dataset: Dataset, tmp_path: Path, max_steps: int, end: Request
) -> None:
    profile = a_profile(epochs=2, max_steps=max_steps, **LONG_EVALUATION)
    last = max_steps or 8
    asked = Asked(*[GO_ON] * (last + 3 + 1), end)
    ended = check_end(dataset, profile, asked, tmp_path)
    assert checkpoints(ended) == [(1, 4), (1, last)]
    assert [e.step for e in ended if isinstance(e, EpochEnded)] == [4]
    assert is_end(ended[-1], end, last)


@pytest.mark.parametrize("end", [Request.STOP, Request.RELEASE])
def test_an_end_in_the_last_test_is_heeded_too(
    dataset: Dataset, tmp_path: Path, end: Request
) -> None:
    profile = a_profile(epochs=1, **LONG_EVALUATION)
    asked = Asked(*[GO_ON] * (4 + 3 + 5), end)
    ended = check_end(dataset, profile, asked, tmp_path)
    assert checkpoints(ended) == [(1, 4)]
    assert is_end(ended[-1], end, 4)


def is_end(event: Event, asked: Request, step: int) -> bool:
    if asked is Request.RELEASE:
        return event == Released(step)
    return isinstance(event, Ended) and (event.state, event.step) == ("stopped", step)


def test_a_pause_or_checkpoint_asked_for_in_an_evaluation_lets_it_end(dataset: Dataset) -> None:
    profile = a_profile(epochs=1, **LONG_EVALUATION)
    asked = Asked(*[GO_ON] * 4, Request.PAUSE, Request.CHECKPOINT)
    events = list(a_trainer(dataset, profile).train(asked))
    assert checkpoints(events) == [(1, 4)]
    assert recorded(events) == recorded(list(a_trainer(dataset, profile).train()))


def test_random_draws_of_a_broken_off_evaluation_are_undone(
    dataset: Dataset, tmp_path: Path
) -> None:
    """An own network may draw while it is evaluated."""
    trainer = a_trainer(dataset, a_profile(epochs=2, **LONG_EVALUATION))

    def draw(model: nn.Module, images: object) -> None:
        if not model.training:
            torch.rand(1)

    hook = trainer.learner.model.register_forward_pre_hook(draw)
    asked = Asked(*[GO_ON] * (4 + 2), Request.STOP)
    checkpoint = last_checkpoint(trainer.train(asked), tmp_path)
    hook.remove()
    before = last_checkpoint(
        a_trainer(dataset, a_profile(epochs=2, **LONG_EVALUATION)).train(
            Asked(*[GO_ON] * 4, Request.STOP)
        ),
        tmp_path,
    )
    assert torch.equal(checkpoint.random_state["cpu"], before.random_state["cpu"])
    assert checkpoint.position == dataclasses.replace(
        before.position, seconds=checkpoint.position.seconds
    )


def test_started_says_where_a_resumed_evaluation_begins(dataset: Dataset, tmp_path: Path) -> None:
    profile = a_profile(epochs=1, **LONG_EVALUATION)
    stop = Asked(*[GO_ON] * 5, Request.STOP)
    checkpoint = last_checkpoint(a_trainer(dataset, profile).train(stop), tmp_path)
    started, epoch, *_ = a_trainer(dataset, profile, checkpoint).train()
    assert isinstance(started, Started)
    assert isinstance(epoch, EpochEnded)
    assert (started.first_step, epoch.step) == (4, 4)
