"""Metrics that were cut or overwritten: all that is undamaged is read, and the rest is counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.config.profile import RunProfile
from workbench.events import Ended, EpochEnded, Event, FiltersChanged, Started, Steps
from workbench.store.history import History
from workbench.store.reader import EventReader
from workbench.store.record import record
from workbench.store.runs import RunStore

STEPS, EPOCHS = 5, 6
TAIL = 2048

Times = Callable[[int, int], int]
Files = dict[str, bytes]


def _training(first_step: int, last_step: int) -> Iterator[Event]:
    """A step's loss is a function of its index, so that what was trained twice is the same."""
    yield Started(EPOCHS, STEPS * EPOCHS, STEPS, first_step, 100, "cpu")
    for step in range(first_step, last_step):
        epoch = step // STEPS
        columns = {"loss": [1.0 / (1 + step)], "accuracy": [step / 100], "lr": [0.1]}
        yield Steps(epoch, step, columns, 100.0, float(step))
        if (step + 1) % STEPS == 0:
            yield EpochEnded(epoch, step + 1, {"val/accuracy": epoch / 10}, float(step))
            yield FiltersChanged(epoch, step + 1, "conv", (2, 1, 1, 1), [0.5, float(epoch)])
    yield Ended("stopped", last_step, "asked to", float(last_step))


@pytest.fixture(scope="session")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """Three attempts, each from a checkpoint before the end of the one before."""
    run = RunStore(tmp_path_factory.mktemp("runs")).create(RunProfile(name="three"))
    for first, last in ((0, 28), (10, 23), (20, STEPS * EPOCHS)):
        with closing(record(_training(first, last), run)) as events:
            for _ in events:
                pass
    return {path.name: path.read_bytes() for path in (run.path / "metrics").iterdir()}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Files], Path]:
    """Makes a run's folder of metrics files."""

    def make(files: Files) -> Path:
        run = tmp_path_factory.mktemp("run")
        (run / "metrics").mkdir()
        for name, data in files.items():
            (run / "metrics" / name).write_bytes(data)
        return run

    return make


def _read(reader: EventReader) -> list[dict[str, Any]]:
    records = []
    while chunk := reader.read():
        records += chunk
    return records


def _history(run: Path) -> History:
    history = History(run)
    history.update()
    return history


def _facts(history: History) -> str:
    """All that a history tells; as text, where NaN is equal to itself."""
    steps = {name: history.steps[name].tolist() for name in history.steps.names}
    series = {name: history.series(name) for name in history.metrics}
    metrics = {name: (each.steps.tolist(), each.values.tolist()) for name, each in series.items()}
    filters = [(each.step, each.weights.tolist()) for each in history.filters]
    ended = (history.started, history.ended, history.best)
    return repr((history.steps.index.tolist(), steps, metrics, filters, ended))


def _is_record(line: bytes) -> bool:
    """By the standard library, which knows nothing of the reader."""
    try:
        value = json.loads(line.decode())
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and isinstance(value.get("event"), str)


def test_a_file_cut_at_every_byte_of_its_end_gives_its_whole_lines(
    folder: Callable[[Files], Path], metrics: Files
) -> None:
    """Cut as by a power cut: the torn line is waited for, no whole line is lost."""
    last = max(metrics)
    data = metrics[last]
    assert len(data) > TAIL
    run = folder(metrics)
    path = run / "metrics" / last
    earlier = sum(content.count(b"\n") for name, content in metrics.items() if name != last)
    for size in range(len(data), len(data) - TAIL, -1):
        with path.open("r+b") as file:
            file.truncate(size)
        reader = EventReader(run)
        assert len(_read(reader)) == earlier + data.count(b"\n", 0, size)
        assert reader.dropped == 0


def test_an_earlier_attempt_cut_at_every_byte_of_its_end_hurts_no_later_one(
    folder: Callable[[Files], Path], metrics: Files, times: Times
) -> None:
    """A resume trained again what was cut off, down to its checkpoint; a torn line is counted."""
    whole = _history(folder(metrics)).steps["loss"].tolist()
    first = min(metrics)
    data = metrics[first]
    checkpoint = data.index(b'"first_step":10')  # where the second attempt begins
    run = folder(metrics)
    path = run / "metrics" / first
    for size in range(len(data), data.rindex(b"\n", 0, checkpoint) + 1, -times(7, 1)):
        with path.open("r+b") as file:
            file.truncate(size)
        history = _history(run)
        assert history.steps["loss"].tolist() == whole
        assert history.dropped == (not data[:size].endswith(b"\n"))


overwritings = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1 << 16), st.binary(min_size=1, max_size=40)),
    min_size=1,
    max_size=6,
)


def _overwritten(metrics: Files, overwriting: list[tuple[int, int, bytes]]) -> Files:
    files = {name: bytearray(data) for name, data in metrics.items()}
    for number, place, junk in overwriting:
        data = files[sorted(files)[number]]
        start = place % (len(data) - len(junk))
        data[start : start + len(junk)] = junk
    return {name: bytes(data) for name, data in files.items()}


def _whole_lines(data: bytes) -> list[bytes]:
    return data.split(b"\n")[:-1]


@settings(max_examples=100)
@given(overwriting=overwritings)
def test_what_is_overwritten_costs_its_own_lines_and_no_other(
    folder: Callable[[Files], Path], metrics: Files, overwriting: list[tuple[int, int, bytes]]
) -> None:
    damaged = _overwritten(metrics, overwriting)
    run = folder(damaged)
    reader = EventReader(run)
    records = _read(reader)
    # A torn end counts once a later attempt follows it.
    torn = [data for name, data in damaged.items() if not data.endswith(b"\n")]
    torn_last = not damaged[max(damaged)].endswith(b"\n")
    lines = sum(len(_whole_lines(data)) for data in damaged.values())
    assert reader.dropped == lines - len(records) + len(torn) - torn_last
    # Every line that kept its bytes is there, in its order.
    kept = [
        {**json.loads(line), "attempt": int(name[:4])}
        for name, data in sorted(damaged.items())
        for line in _whole_lines(data)
        if line in _whole_lines(metrics[name])
    ]
    found = iter(records)
    assert all(any(record == each for each in found) for record in kept)


@settings(max_examples=100)
@given(overwriting=overwritings)
def test_a_damaged_history_is_that_of_its_undamaged_lines(
    folder: Callable[[Files], Path], metrics: Files, overwriting: list[tuple[int, int, bytes]]
) -> None:
    damaged = _overwritten(metrics, overwriting)
    undamaged = {
        name: b"".join(line + b"\n" for line in _whole_lines(data) if _is_record(line))
        for name, data in damaged.items()
    }
    history, fresh = _history(folder(damaged)), _history(folder(undamaged))
    assert _facts(history) == _facts(fresh)
    assert history.dropped >= fresh.dropped


@settings(max_examples=40)
@given(overwriting=overwritings, cuts=st.lists(st.integers(0, 1 << 14), max_size=6))
def test_damaged_files_read_as_they_grow_read_as_at_the_end(
    folder: Callable[[Files], Path],
    metrics: Files,
    overwriting: list[tuple[int, int, bytes]],
    cuts: list[int],
) -> None:
    damaged = _overwritten(metrics, overwriting)
    run = folder({})
    growing = History(run)
    for name, data in sorted(damaged.items()):
        ends = sorted({cut % len(data) for cut in cuts} | {len(data)})
        for start, end in zip([0, *ends], ends, strict=False):
            with (run / "metrics" / name).open("ab") as file:
                file.write(data[start:end])
            growing.update()
    fresh = _history(run)
    assert _facts(growing) == _facts(fresh)
    assert growing.dropped == fresh.dropped


@pytest.mark.parametrize("lost", [1, 2, 3, 4, 5, 6, 7, 8])
def test_an_attempt_that_lost_its_first_lines_still_replaces_the_one_before(
    folder: Callable[[Files], Path], metrics: Files, lost: int
) -> None:
    """Not only by its first line does a history know that a new attempt began."""
    whole = _history(folder(metrics))
    second = sorted(metrics)[1]
    lines = metrics[second].split(b"\n")
    run = folder({**metrics, second: b"\n".join([b"\0" * 9] * lost + lines[lost:])})
    history = _history(run)
    assert history.dropped == lost
    assert set(history.steps.index.tolist()) <= set(range(STEPS * EPOCHS))
    lost_steps = sum(b'"steps"' in line for line in lines[:lost])
    assert len(history.steps) >= len(whole.steps) - lost_steps
    assert history.series("val/accuracy").steps.tolist()[-1] == STEPS * EPOCHS
