from __future__ import annotations

import itertools
import shutil

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from workbench.data.draws import Draws, Operation, sample_order, shuffled

SEEDS = st.integers(0, 2**63 - 1)
EPOCHS = st.integers(0, 10**6)
COUNT = 1 << 16


def draws(seed: int = 42, epoch: int = 0, operation: int = 16, count: int = COUNT) -> Draws:
    return Draws(seed, epoch, operation, torch.arange(count))


def chi_square(values: Tensor, bins: int) -> float:
    """How many standard deviations the statistic lies off its mean, for a uniform hypothesis."""
    expected = len(values) / bins
    counts = torch.bincount(values, minlength=bins).double()
    statistic = ((counts - expected) ** 2 / expected).sum().item()
    return (statistic - (bins - 1)) / (2 * (bins - 1)) ** 0.5


def correlation(first: Tensor, second: Tensor) -> float:
    """In standard deviations of independent samples."""
    return torch.corrcoef(torch.stack([first, second]))[0, 1].item() * len(first) ** 0.5


def test_the_numbers_never_change() -> None:
    # Resuming a run that an earlier version began depends on these values.
    assert Draws(42, 3, 17, torch.tensor([0, 1, 99_999])).bits(2).tolist() == [
        314102585,
        2703008408,
        740152561,
    ]
    assert sample_order(10, seed=2**63 - 1, epoch=7).tolist() == [1, 4, 8, 7, 9, 3, 6, 2, 5, 0]


@given(SEEDS, EPOCHS, st.integers(0, 2**32 - 1))
def test_bits_are_32_bit_words(seed: int, epoch: int, index: int) -> None:
    bits = Draws(seed, epoch, 16, torch.tensor([index])).bits().item()
    assert 0 <= bits < 2**32


@given(SEEDS, EPOCHS)
def test_no_two_samples_of_an_epoch_draw_the_same_bits(seed: int, epoch: int) -> None:
    assert len(draws(seed, epoch, count=4096).bits().unique()) == 4096


@pytest.mark.parametrize("shift", range(0, 32, 4))
def test_every_group_of_bits_is_uniform(shift: int) -> None:
    assert abs(chi_square((draws().bits() >> shift) & 0xF, 16)) < 5


@pytest.mark.parametrize("seed", [0, 1, 42, 2**32, 2**63 - 1])
@pytest.mark.parametrize("epoch", [0, 1, 99])
def test_uniform_floats_fill_the_interval_evenly(seed: int, epoch: int) -> None:
    values = draws(seed, epoch).uniform()
    assert values.dtype == torch.float32
    assert 0 <= values.min() < values.max() < 1
    assert abs(chi_square((values * 256).long(), 256)) < 5
    assert torch.equal(values.double() * 2**24, (values.double() * 2**24).round())


@given(st.integers(1, 2**31), SEEDS)
def test_integers_stay_below_their_bound(bound: int, seed: int) -> None:
    values = draws(seed, count=64).integers(bound)
    assert values.min() >= 0
    assert values.max() < bound


@pytest.mark.parametrize("bound", [2, 9, 10, 255])
def test_integers_are_uniform(bound: int) -> None:
    assert abs(chi_square(draws().integers(bound), bound)) < 5


NEIGHBOURS = {
    "seed": draws(seed=43),
    "upper half of the seed": draws(seed=42 + 2**32),
    "epoch": draws(epoch=1),
    "operation": draws(operation=17),
}


@pytest.mark.parametrize("what", NEIGHBOURS)
def test_neighbouring_streams_are_independent(what: str) -> None:
    first, second = draws(), NEIGHBOURS[what]
    assert abs(correlation(first.uniform(), second.uniform())) < 5
    pairs = first.integers(16) * 16 + second.integers(16)
    assert abs(chi_square(pairs, 256)) < 5


def test_successive_draws_of_one_operation_are_independent() -> None:
    pairs = draws().integers(16, 0) * 16 + draws().integers(16, 1)
    assert abs(chi_square(pairs, 256)) < 5


@pytest.mark.parametrize("distance", [1, 2, 256, 4096])
def test_neighbouring_samples_are_independent(distance: int) -> None:
    values = draws().integers(16)
    assert abs(chi_square(values[:-distance] * 16 + values[distance:], 256)) < 5


def test_each_input_bit_moves_half_of_the_output_bits() -> None:
    index = torch.arange(1 << 12)
    base = Draws(42, 0, 16, index).bits()
    for bit in range(32):
        moved = base ^ Draws(42, 0, 16, index ^ (1 << bit)).bits()
        share = sum(((moved >> place) & 1).double().mean().item() for place in range(32)) / 32
        assert share == pytest.approx(0.5, abs=0.01)


def test_streams_share_no_numbers() -> None:
    streams = [set(draws(epoch=epoch, count=256).bits().tolist()) for epoch in range(50)]
    assert all(not first & second for first, second in itertools.combinations(streams, 2))


@given(st.integers(1, 300), SEEDS, EPOCHS)
def test_an_order_holds_every_sample_once(count: int, seed: int, epoch: int) -> None:
    order = sample_order(count, seed=seed, epoch=epoch)
    assert order.sort().values.tolist() == list(range(count))


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    order = sample_order(1000, seed=1, epoch=2)
    assert torch.equal(order, sample_order(1000, seed=1, epoch=2))
    assert not torch.equal(order, sample_order(1000, seed=1, epoch=3))
    assert not torch.equal(order, sample_order(1000, seed=2, epoch=2))
    assert not torch.equal(
        order, shuffled(1000, seed=1, epoch=2, operation=Operation.VALIDATION_SPLIT)
    )


def test_every_sample_comes_at_every_place_equally_often() -> None:
    orders = torch.stack([sample_order(8, seed=0, epoch=epoch) for epoch in range(4000)])
    for place in range(8):
        assert abs(chi_square(orders[:, place], 8)) < 5


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs a C++ compiler")
def test_compiled_code_draws_the_same_bits() -> None:
    def bits(index: Tensor) -> Tensor:
        return Draws(2**63 - 1, 5, 16, index).bits(1)

    index = torch.cat([torch.arange(1000), 2**32 - 1 - torch.arange(1000)])
    assert torch.equal(torch.compile(bits)(index), bits(index))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_draws_the_same_numbers() -> None:
    on_cpu, on_gpu = draws(), Draws(42, 0, 16, torch.arange(COUNT, device="cuda"))
    assert torch.equal(on_cpu.bits(), on_gpu.bits().cpu())
    assert torch.equal(on_cpu.uniform(), on_gpu.uniform().cpu())
