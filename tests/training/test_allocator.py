"""Memory that stays while a training runs, and goes when it ends."""

from __future__ import annotations

import ctypes
import resource

import psutil
import pytest
import torch

from workbench.training.allocator import memory_kept

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "mallopt"), reason="needs glibc's allocator"
)

MIB = 1 << 20
PAGES = 20 * MIB // resource.getpagesize()
"""Of one of the tensors below."""


def step() -> None:
    """As a training step: activations that are there all at once, and then not."""
    tensors = [torch.ones(20 * MIB // 4) for _ in range(10)]
    assert len(tensors) == 10


def faults_of_a_step() -> int:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    step()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_a_step_finds_the_memory_of_the_one_before() -> None:
    with memory_kept():
        step(), step()
        assert faults_of_a_step() < 5 * PAGES


def test_at_the_end_it_is_given_back() -> None:
    with memory_kept():
        step()
        kept = psutil.Process().memory_info().rss
    assert psutil.Process().memory_info().rss < kept - 150 * MIB
    assert faults_of_a_step() > 5 * PAGES
