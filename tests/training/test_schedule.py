"""The learning rate of every epoch, against the report's formula written out anew."""

import math

import pytest

from workbench.config.schedule import ConstantProfile, WarmupHoldCosineProfile
from workbench.training.schedule import learning_rate, warmup_epochs


def report_formula(lr: float, e: int, total: int, w: int) -> float:
    f = w + total / 5
    if e < w:
        return lr * (e + 1) / w
    if e < f:
        return lr
    return lr * (0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * (e - f) / (total - f))))


@pytest.mark.parametrize("warmup", [5, 10])
def test_all_100_epochs_follow_the_reports_formula(warmup: int) -> None:
    schedule = WarmupHoldCosineProfile(warmup_epochs=warmup)
    ours = [learning_rate(schedule, 1e-3, epoch, 100) for epoch in range(100)]
    expected = [report_formula(1e-3, epoch, 100, warmup) for epoch in range(100)]
    assert ours == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("epoch", "lr"),
    [
        (0, 1e-4),  # a tenth of the way up
        (9, 1e-3),  # the peak, in the last epoch of warm-up
        (29, 1e-3),  # the last epoch held: 10 + 100 / 5 = 30
        (30, 1e-3),  # the cosine begins at its crest
        (65, 5.5e-4),  # half way down: 0.1 + 0.9 / 2
        (99, 1.00e-4 + 4.53e-7),  # one epoch before the floor of a tenth
    ],
)
def test_landmarks_of_the_main_run(epoch: int, lr: float) -> None:
    schedule = WarmupHoldCosineProfile(warmup_epochs=10)
    assert learning_rate(schedule, 1e-3, epoch, 100) == pytest.approx(lr, rel=1e-3)


def test_hold_is_not_rounded_to_whole_epochs() -> None:
    """12 epochs hold for 2.4: after 1 of warm-up the fall starts at 3.4, before epoch 4."""
    schedule = WarmupHoldCosineProfile(warmup_epochs=1)
    rates = [learning_rate(schedule, 1.0, epoch, 12) for epoch in range(12)]
    assert rates[:4] == [1.0] * 4
    assert rates[4] == pytest.approx(0.1 + 0.45 * (1 + math.cos(math.pi * 0.6 / 8.6)))


@pytest.mark.parametrize("warmup", [0, 3, 8, 10, 20])
def test_every_epoch_has_a_rate_for_any_warmup(warmup: int) -> None:
    """Also where warm-up and hold leave no room for the cosine, or end with the run."""
    schedule = WarmupHoldCosineProfile(warmup_epochs=warmup)
    rates = [learning_rate(schedule, 1.0, epoch, 10) for epoch in range(10)]
    assert all(0.1 <= rate <= 1.0 or rate == (i + 1) / warmup for i, rate in enumerate(rates))


def test_constant_is_constant_and_has_no_warmup() -> None:
    assert {learning_rate(ConstantProfile(), 0.1, epoch, 7) for epoch in range(7)} == {0.1}
    assert warmup_epochs(ConstantProfile()) == 0
    assert warmup_epochs(WarmupHoldCosineProfile(warmup_epochs=5)) == 5
