"""What code of one's own draws from global generators can be drawn again."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.training.random_state import random_state, seed_generators, set_random_state

CPU = torch.device("cpu")

DRAWS: dict[str, Callable[[], float]] = {
    "torch": lambda: float(torch.rand(())),
    "python": random.random,
    "python's pairs": lambda: random.gauss(0, 1),
    "numpy": np.random.random,
    "numpy's pairs": np.random.standard_normal,
}


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.sampled_from([*DRAWS]), max_size=6),
    st.lists(st.sampled_from([*DRAWS]), min_size=1, max_size=6),
)
def test_what_was_drawn_after_a_state_is_drawn_after_it_again(
    seed: int, before: list[str], after: list[str]
) -> None:
    seed_generators(seed)
    for name in before:
        DRAWS[name]()
    state = random_state(CPU)
    first = [DRAWS[name]() for name in after]
    seed_generators(0)
    set_random_state(state, CPU)
    assert [DRAWS[name]() for name in after] == first


@pytest.mark.parametrize("name", DRAWS)
def test_a_seed_decides_what_each_generator_draws(name: str) -> None:
    drawn = []
    for seed in (1, 1, 2):
        seed_generators(seed)
        drawn.append(DRAWS[name]())
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_checkpoint_takes_the_state_as_tensors_alone() -> None:
    assert all(isinstance(value, torch.Tensor) for value in random_state(CPU).values())
