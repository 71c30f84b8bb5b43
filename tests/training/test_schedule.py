"""The learning rate of every step, against the report's formula and torch's own schedulers."""

import math
import warnings
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import SGD, Optimizer
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR, StepLR

from workbench.config.schedule import (
    ConstantProfile,
    CosineProfile,
    OneCycleProfile,
    ScheduleProfile,
    StepProfile,
    WarmupHoldCosineProfile,
)
from workbench.training.schedule import Moment, learning_rate, warmup_epochs

PEAK = 0.3


def rates(schedule: ScheduleProfile, epochs: int, steps_per_epoch: int) -> list[float]:
    """Of all steps of a training, for the peak `PEAK`."""
    steps = range(epochs * steps_per_epoch)
    return [learning_rate(schedule, PEAK, Moment(step, steps_per_epoch, epochs)) for step in steps]


def of_epochs(schedule: ScheduleProfile, epochs: int) -> list[float]:
    return rates(schedule, epochs, steps_per_epoch=1)


# The report's schedule


def report_formula(lr: float, e: int, total: int, w: int) -> float:
    f = w + total / 5
    if e < w:
        return lr * ((e + 1) / w)
    if e < f:
        return lr
    return lr * (0.1 + (1 - 0.1) * (0.5 * (1 + math.cos(math.pi * (e - f) / (total - f)))))


@pytest.mark.parametrize("warmup", [5, 10])
def test_all_100_epochs_follow_the_reports_formula_to_the_last_bit(warmup: int) -> None:
    schedule = WarmupHoldCosineProfile(warmup_epochs=warmup)
    expected = [report_formula(PEAK, epoch, 100, warmup) for epoch in range(100)]
    assert of_epochs(schedule, 100) == expected
    assert rates(schedule, 100, steps_per_epoch=3)[::3] == expected
    assert rates(schedule, 100, steps_per_epoch=3)[2::3] == expected


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
    at = Moment(epoch * 391, 391, 100)
    assert learning_rate(schedule, 1e-3, at) == pytest.approx(lr, rel=1e-3)


def test_hold_is_not_rounded_to_whole_epochs() -> None:
    """12 epochs hold for 2.4: after 1 of warm-up the fall starts at 3.4, before epoch 4."""
    found = of_epochs(WarmupHoldCosineProfile(warmup_epochs=1), 12)
    assert found[:4] == [PEAK] * 4
    assert found[4] == pytest.approx(
        PEAK * (0.1 + 0.45 * (1 + math.cos(math.pi * 0.6 / 8.6))), rel=1e-15
    )


# torch's schedulers


def by_torch(scheduler: LRScheduler, optimizer: Optimizer, steps: int) -> list[float]:
    """The rates that torch's scheduler sets when it is stepped after each of `steps`."""
    found = []
    for _ in range(steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of stepping beyond the end
            if len(found) < steps:
                scheduler.step()
    return found


def an_optimizer() -> Optimizer:
    return SGD([torch.zeros(1, requires_grad=True)], lr=PEAK)


@pytest.mark.parametrize("floor", [0.0, 0.01, 1.0])
@pytest.mark.parametrize(("epochs", "steps_per_epoch"), [(1, 1), (1, 7), (5, 1), (12, 9)])
def test_cosine_is_torchs_cosine_annealing_step_by_step(
    epochs: int, steps_per_epoch: int, floor: float
) -> None:
    steps, optimizer = epochs * steps_per_epoch, an_optimizer()
    scheduler = CosineAnnealingLR(optimizer, T_max=steps, eta_min=floor * PEAK)
    assert rates(CosineProfile(floor=floor), epochs, steps_per_epoch) == pytest.approx(
        by_torch(scheduler, optimizer, steps), rel=1e-12
    )


@pytest.mark.parametrize(("pct_start", "div", "final_div"), [(0.3, 25, 1e4), (0.5, 2, 10)])
@pytest.mark.parametrize(("epochs", "steps_per_epoch"), [(1, 4), (2, 5), (1, 20), (10, 9)])
def test_one_cycle_is_torchs(
    epochs: int, steps_per_epoch: int, pct_start: float, div: float, final_div: float
) -> None:
    steps, optimizer = epochs * steps_per_epoch, an_optimizer()
    scheduler = OneCycleLR(
        optimizer,
        PEAK,
        total_steps=steps,
        pct_start=pct_start,
        div_factor=div,
        final_div_factor=final_div,
        anneal_strategy="cos",
        cycle_momentum=False,
    )
    schedule = OneCycleProfile(pct_start=pct_start, div_factor=div, final_div_factor=final_div)
    assert rates(schedule, epochs, steps_per_epoch) == pytest.approx(
        by_torch(scheduler, optimizer, steps), rel=1e-12
    )


@pytest.mark.parametrize(("step_size", "gamma"), [(1, 0.9), (3, 0.1), (30, 0.5), (4, 1.0)])
def test_step_is_torchs_epoch_by_epoch(step_size: int, gamma: float) -> None:
    optimizer = an_optimizer()
    expected = by_torch(StepLR(optimizer, step_size, gamma), optimizer, 40)
    found = rates(StepProfile(step_size=step_size, gamma=gamma), 40, steps_per_epoch=3)
    assert found[::3] == pytest.approx(expected, rel=1e-12)
    assert found[2::3] == found[::3]


# What holds for all


SCHEDULES = st.one_of(
    st.just(ConstantProfile()),
    st.builds(WarmupHoldCosineProfile, warmup_epochs=st.integers(0, 40)),
    st.builds(CosineProfile, warmup_epochs=st.integers(0, 40), floor=st.floats(0, 1)),
    st.builds(
        OneCycleProfile,
        pct_start=st.floats(0, 1, exclude_min=True, exclude_max=True),
        div_factor=st.floats(1, 1e6),
        final_div_factor=st.floats(1, 1e6),
    ),
    st.builds(StepProfile, step_size=st.integers(1, 40), gamma=st.floats(1e-3, 1)),
)


@given(SCHEDULES, st.integers(1, 30), st.integers(1, 30))
def test_every_step_has_a_rate_up_to_the_peak(
    schedule: ScheduleProfile, epochs: int, steps_per_epoch: int
) -> None:
    """Also where warm-up is longer than the run, and in a run of one step."""
    assert all(0 <= rate <= PEAK * (1 + 1e-15) for rate in rates(schedule, epochs, steps_per_epoch))


@given(SCHEDULES, st.integers(1, 30), st.integers(1, 30))
def test_a_rise_is_followed_by_falling_alone(
    schedule: ScheduleProfile, epochs: int, steps_per_epoch: int
) -> None:
    found = rates(schedule, epochs, steps_per_epoch)
    top = found.index(max(found))
    rounding = 1 + 1e-12
    assert all(a <= b * rounding for a, b in pairwise(found[: top + 1]))
    assert all(a * rounding >= b for a, b in pairwise(found[top:]))


def test_warmup_of_cosine_rises_in_a_line_step_by_step() -> None:
    found = rates(CosineProfile(warmup_epochs=2, floor=0.1), 4, steps_per_epoch=5)
    assert found[:10] == pytest.approx([PEAK * (step + 1) / 10 for step in range(10)], rel=1e-15)
    half_way = PEAK * (0.1 + 0.9 / 2)
    assert found[15] == pytest.approx(half_way, rel=1e-12)
    assert found[10] == PEAK


def test_clipping_waits_for_the_warmup_of_schedules_that_have_one() -> None:
    assert warmup_epochs(WarmupHoldCosineProfile(warmup_epochs=5)) == 5
    assert warmup_epochs(CosineProfile(warmup_epochs=3)) == 3
    assert warmup_epochs(ConstantProfile()) == 0
    assert warmup_epochs(OneCycleProfile()) == 0
