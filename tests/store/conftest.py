from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.config.profile import RunProfile
from workbench.events import Ended, EpochEnded, Event, Started, Steps
from workbench.store.runs import Run, RunStore

Training = Callable[..., Iterator[Event]]


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def run(store: RunStore) -> Run:
    return store.create(RunProfile(name="quick"))


@pytest.fixture
def training() -> Training:
    """Events of a training of 4 steps an epoch; a step's loss is `offset` plus its index."""

    def events(first_step: int = 0, epochs: int = 3, offset: float = 0.0) -> Iterator[Event]:
        yield Started(epochs, 4 * epochs, 4, first_step, 100, "cpu")
        for epoch in range(first_step // 4, epochs):
            first = max(first_step, 4 * epoch)
            loss = [offset + step for step in range(first, 4 * epoch + 4)]
            yield Steps(epoch, first, {"loss": loss, "lr": [0.1] * len(loss)}, 100.0, 1.0)
            yield EpochEnded(epoch, 4 * epoch + 4, {"val/accuracy": offset + epoch}, 1.0 + epoch)
        yield Ended("finished", 4 * epochs, "", float(epochs))

    return events


@pytest.fixture
def wait_until() -> Callable[[Callable[[], object]], None]:
    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 20
        while not condition():
            assert time.monotonic() < deadline, "the condition never came true"
            time.sleep(0.005)

    return wait
