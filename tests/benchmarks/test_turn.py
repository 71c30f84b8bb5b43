"""What of a turn is timed."""

from __future__ import annotations

from collections.abc import Generator
from itertools import islice

import torch

from benchmarks.turn import UNTIMED_STEPS, Turn, requests, timed
from workbench.events import Request

CPU = torch.device("cpu")


def test_a_turn_takes_a_few_steps_more_than_it_times_and_then_closes_the_training() -> None:
    taken: list[int] = []

    def training() -> Generator[int]:
        try:
            while True:
                taken.append(7)
                yield 7
        finally:
            taken.append(0)

    turn = timed(training(), 5, CPU)
    assert taken == [7] * (UNTIMED_STEPS + 5) + [0]
    assert turn.images == 5 * 7
    assert turn.seconds > 0


def test_a_trainer_is_told_to_go_on_for_each_turn_and_then_to_stop() -> None:
    turns: list[Turn] = []
    answers = requests(iter([4, 2]), turns.append, 10, CPU)
    first = [*islice(answers, UNTIMED_STEPS + 4)]
    assert not turns  # the last step is not done before the next question
    assert first == [Request.GO_ON] * len(first)
    second = [*islice(answers, UNTIMED_STEPS + 2)]
    assert second == [Request.GO_ON] * len(second)
    assert [*islice(answers, 2)] == [Request.STOP] * 2
    assert [turn.images for turn in turns] == [40, 20]
