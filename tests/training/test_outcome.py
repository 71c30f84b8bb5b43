"""How a training that ended is put into words."""

from __future__ import annotations

from workbench.config.training import EarlyStoppingProfile, TrainingProfile
from workbench.training.early_stopping import BestSoFar
from workbench.training.outcome import completion, stopped
from workbench.training.position import Position

IMPATIENT = TrainingProfile(early_stopping=EarlyStoppingProfile(patience=1))


def test_one_epoch_and_one_step_are_not_plural() -> None:
    best = BestSoFar()
    for epoch, accuracy in enumerate([0.5, 0.4]):
        best = best.after(epoch, accuracy, IMPATIENT.early_stopping)
    ended = completion(IMPATIENT, Position(epoch=2, step=8, best=best))
    assert ended is not None
    assert ended.reason == "early stopping after 1 epoch without gain"
    assert stopped(Position(step=1)).reason == "stopped after 1 step"
    assert stopped(Position(step=1200)).reason == "stopped after 1,200 steps"


def test_only_a_limit_that_is_set_is_a_reason() -> None:
    position = Position(epoch=2, step=8)
    assert completion(TrainingProfile(epochs=3), position) is None
    limited = completion(TrainingProfile(epochs=3, max_steps=8), position)
    assert limited is not None
    assert limited.reason == "training.max_steps = 8 reached"
