"""Random numbers as a function of what they are for, with no generator and no history.

Every draw is an integer hash of (seed, epoch, operation, k, index). A resumed
run therefore sees the very numbers that an undisturbed one would have seen,
whatever was drawn before. The arithmetic stays within 63 bits of int64, so CPU
and GPU, eager and compiled code give equal bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import torch
from torch import Tensor

_MASK = 0xFFFF_FFFF
_FIRST, _SECOND = 0x9E37_79B9, 0x85EB_CA6B
"""Where the two key words start: any two different 32-bit numbers will do."""

Words = TypeVar("Words", int, Tensor)


class Operation(IntEnum):
    """What a draw is for. Different operations draw independently."""

    SAMPLE_ORDER = 0
    VALIDATION_SPLIT = 1
    TEST_SPLIT = 2
    AUGMENTATION = 16
    """The first augmentation of the profile; the next ones count up from here."""


def _mix(word: Words) -> Words:
    """A bijection of 32-bit words in which each input bit moves half of the output bits.

    Shifts and multipliers are those that the hash-prospector project found for
    this two-multiplication form (bias 0.107). Both multipliers are below 2^31,
    so that a product with a 32-bit word fits into int64.
    """
    word = word ^ (word >> 16)
    word = (word * 0x21F0_AAAD) & _MASK
    word = word ^ (word >> 15)
    word = (word * 0x735A_2D97) & _MASK
    return word ^ (word >> 15)


def _key(start: int, words: tuple[int, ...]) -> int:
    """One 32-bit word that depends on every word and its place."""
    key = start
    for word in words:
        key = _mix(key ^ (word & _MASK))
    return key


@dataclass(frozen=True)
class Draws:
    """The random numbers of one operation for some samples in one epoch.

    `index` is int64, below 2^32: which sample of the epoch each draw is for.
    Every method's result has its shape and lies on its device. `k` numbers the
    draws that one operation makes for one sample.
    """

    seed: int
    epoch: int
    operation: int
    index: Tensor

    def bits(self, k: int = 0) -> Tensor:
        """32 random bits as int64 in [0, 2^32). Different indices give different bits.

        Two key words, one before and one after a mixing: with a single one, two
        streams could be the same numbers in another order.
        """
        words = (self.seed, self.seed >> 32, self.epoch, self.operation, k)
        first, second = _key(_FIRST, words), _key(_SECOND, words)
        return _mix(_mix(self.index ^ first) ^ second)

    def uniform(self, k: int = 0, *, low: float = 0.0, high: float = 1.0) -> Tensor:
        """float32 from [low, high) in 2^24 even steps (exact in float32 for [0, 1))."""
        fraction = (self.bits(k) >> 8).to(torch.float32) / 2**24
        return low + (high - low) * fraction

    def integers(self, bound: int | Tensor, k: int = 0) -> Tensor:
        """int64 from 0 to bound - 1; `bound`, the same for all or one each, is at most 2^31."""
        return (self.bits(k) * bound) >> 32


def shuffled(count: int, *, seed: int, epoch: int, operation: Operation) -> Tensor:
    """0 to count - 1 in random order, int64 (count,): a function of the arguments alone."""
    draws = Draws(seed, epoch, operation, torch.arange(count))
    return draws.bits().argsort(stable=True)


def sample_order(count: int, *, seed: int, epoch: int) -> Tensor:
    """The order in which an epoch takes its `count` samples, int64 (count,)."""
    return shuffled(count, seed=seed, epoch=epoch, operation=Operation.SAMPLE_ORDER)
