"""Positions of a training, and whether epochs of so many steps can lead to one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import CheckpointError
from workbench.training.early_stopping import BestSoFar
from workbench.training.position import Position, check_fits

Few = st.integers(1, 7)


def road(steps_per_epoch: int, total_steps: int) -> Iterator[Position]:
    """All positions of a training of one image a step, one by one."""
    at = Position()
    yield at
    while at.step < total_steps:
        at = replace(at, step=at.step + 1, samples=at.samples + 1)
        yield at
        if at.step % steps_per_epoch == 0 or at.step == total_steps:
            at = at.next_epoch(BestSoFar())
            yield at


@given(Few, Few, st.integers(0, 30))
def test_every_position_of_a_training_fits_it(
    steps_per_epoch: int, epochs: int, max_steps: int
) -> None:
    steps = epochs * steps_per_epoch
    total = min(steps, max_steps or steps)
    for position in road(steps_per_epoch, total):
        check_fits(position, steps_per_epoch, total)


@given(Few, Few, Few)
def test_the_end_of_an_epoch_fits_no_other_number_of_steps(
    before: int, now: int, done: int
) -> None:
    position = Position(epoch=done, step=done * before)
    if before == now:
        check_fits(position, now, 100)
    else:
        with pytest.raises(CheckpointError):
            check_fits(position, now, 100)


@pytest.mark.parametrize(
    ("position", "total"),
    [
        (Position(epoch=1, step=4, samples=10), 12),  # samples of an epoch without a step
        (Position(epoch=1, step=9, samples=10), 12),
        (Position(epoch=2, step=6), 12),  # max_steps had cut it short, and is raised
        (Position(epoch=2, step=4), 3),
    ],
)
def test_where_no_training_leads_is_refused(position: Position, total: int) -> None:
    with pytest.raises(CheckpointError, match=rf"step {position.step} .* epochs of 4 steps") as e:
        check_fits(position, 4, total)
    assert "training.batch_size" in e.value.hint
