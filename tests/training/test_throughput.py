"""Images per second count training only, from the first flush on."""

import math

from workbench.training.throughput import Throughput


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_start_up_before_the_first_flush_does_not_count() -> None:
    clock = Clock()
    throughput = Throughput(clock)
    throughput.begin()
    clock.now = 60.0  # compiling
    throughput.flushed(100)
    assert math.isnan(throughput.images_per_second)
    clock.now = 62.0
    throughput.flushed(100)
    assert throughput.images_per_second == 50.0


def test_evaluation_between_epochs_does_not_count() -> None:
    clock = Clock()
    throughput = Throughput(clock)
    throughput.begin()
    throughput.flushed(1)
    clock.now = 1.0
    throughput.flushed(10)
    clock.now = 31.0  # evaluated meanwhile
    throughput.begin()
    clock.now = 32.0
    throughput.flushed(10)
    assert throughput.images_per_second == 10.0
