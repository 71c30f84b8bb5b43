from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store.history import History

STARTED = {
    "event": "started",
    "epochs": 5,
    "steps": 20,
    "steps_per_epoch": 4,
    "parameters": 100,
    "device": "cpu",
}


def _write(run: Path, attempt: int, records: Iterable[object]) -> None:
    (run / "metrics").mkdir(exist_ok=True)
    with (run / "metrics" / f"{attempt:04d}.jsonl").open("ab") as file:
        for record in records:
            file.write(orjson.dumps(record) + b"\n")


def _read(run: Path) -> History:
    history = History(run)
    history.update()
    return history


def _started(first_step: int) -> dict[str, object]:
    return {**STARTED, "first_step": first_step}


def _steps(first_step: int, loss: list[float | None], seconds: float = 0.0) -> dict[str, object]:
    counts = {"epoch": 0, "first_step": first_step}
    return {"event": "steps", **counts, "loss": loss, "seconds": seconds}


def _epoch(epoch: int, step: int, **metrics: float) -> dict[str, object]:
    return {"event": "epoch", "epoch": epoch, "step": step, "metrics": metrics, "seconds": 1.0}


def _filters(step: int, weights: list[float]) -> dict[str, object]:
    shape = [len(weights), 1, 1, 1]
    return {
        "event": "filters",
        "epoch": 0,
        "step": step,
        "layer": "conv",
        "shape": shape,
        "weights": weights,
    }


def _best(step: int) -> dict[str, object]:
    return {"event": "best", "metric": "val/accuracy", "value": 0.5, "epoch": 0, "step": step}


def _confusion(step: int, split: str = "val", **changes: object) -> dict[str, object]:
    counts = {"epoch": step // 4 - 1, "step": step, "split": split}
    table = {"classes": ["cat", "dog"], "counts": [[3, 1], [0, step]]}
    return {"event": "confusion", **counts, **table, **changes}


ENDED = {"event": "ended", "state": "stopped", "step": 8, "reason": "asked to", "seconds": 2.0}


def test_a_run_without_lines_is_empty(tmp_path: Path) -> None:
    history = _read(tmp_path)
    assert len(history.steps) == 0
    assert history.series("val/accuracy").values.size == 0
    assert (history.started, history.ended, history.best) == (None, None, None)
    assert np.isnan(history.seconds_at(np.array([3]))).all()


def test_everything_a_run_says_is_there(tmp_path: Path) -> None:
    lines = [_started(0), _steps(0, [2.0, None]), _filters(2, [1.0, 2.0]), _best(2)]
    _write(tmp_path, 1, [*lines, _epoch(0, 2, accuracy=0.5), ENDED])
    history = _read(tmp_path)
    np.testing.assert_array_equal(history.steps["loss"], [2.0, np.nan])
    assert history.series("accuracy").epochs.tolist() == [0]
    assert history.series("accuracy").steps.tolist() == [2]
    assert history.series("accuracy").values.tolist() == [0.5]
    assert history.metrics == ("accuracy",)
    assert history.last_filters is not None
    assert history.last_filters.weights.shape == (2, 1, 1, 1)
    assert history.started is not None
    assert history.started.steps == 20
    assert history.ended is not None
    assert history.ended.state == "stopped"
    assert history.best is not None
    assert history.best.step == 2
    assert history.dropped == 0


def test_update_adds_what_came_since(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _steps(0, [3.0])])
    history = _read(tmp_path)
    assert not history.update()
    _write(tmp_path, 1, [_steps(1, [2.0])])
    assert history.update()
    assert history.steps["loss"].tolist() == [3.0, 2.0]


def test_a_later_attempt_replaces_what_it_trains_again(tmp_path: Path) -> None:
    first = [_steps(0, [0.0, 1.0, 2.0, 3.0]), _epoch(0, 4, accuracy=0.1), _filters(4, [1.0])]
    again = [_steps(4, [4.0, 5.0, 6.0, 7.0]), _epoch(1, 8, accuracy=0.2), _filters(8, [1.0])]
    _write(tmp_path, 1, [_started(0), *first, _best(4), *again, _best(8), ENDED])
    # The resume begins within a line of the first attempt.
    _write(tmp_path, 2, [_started(6), _steps(6, [-6.0]), _filters(7, [1.0])])
    history = _read(tmp_path)
    assert history.steps["loss"].tolist() == [0, 1, 2, 3, 4, 5, -6]
    assert history.series("accuracy").steps.tolist() == [4]
    assert [filters.step for filters in history.filters] == [4, 7]
    assert history.best is not None
    assert history.best.step == 4
    assert history.ended is None


def test_what_was_known_at_the_resumed_step_stays(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _steps(0, [0.0, 1.0]), _epoch(0, 2, accuracy=0.1)])
    _write(tmp_path, 2, [_started(2)])
    history = _read(tmp_path)
    assert history.steps["loss"].tolist() == [0.0, 1.0]
    assert history.series("accuracy").values.tolist() == [0.1]


def test_an_epoch_evaluated_once_more_counts_once(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _epoch(0, 2, accuracy=0.1)])
    _write(tmp_path, 2, [_started(2), _epoch(0, 2, accuracy=0.3)])
    assert _read(tmp_path).series("accuracy").values.tolist() == [0.3]


def test_an_attempt_without_its_first_line_still_replaces(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _steps(0, [0.0, 1.0, 2.0])])
    _write(tmp_path, 2, [_steps(1, [9.0])])
    assert _read(tmp_path).steps["loss"].tolist() == [0.0, 9.0]


@given(
    attempts=st.lists(
        st.tuples(st.integers(0, 30), st.lists(st.integers(1, 9), max_size=5)),
        min_size=1,
        max_size=4,
    ),
)
def test_attempts_make_one_curve(
    tmp_path_factory: pytest.TempPathFactory, attempts: list[tuple[int, list[int]]]
) -> None:
    run = tmp_path_factory.mktemp("run")
    expected: dict[int, float] = {}
    for attempt, (resumed_at, lengths) in enumerate(attempts, 1):
        step = min(resumed_at, max(expected, default=-1) + 1)
        expected = {index: value for index, value in expected.items() if index < step}
        records = [_started(step)]
        for length in lengths:
            records.append(_steps(step, [attempt + index / 100 for index in range(length)]))
            expected |= {step + index: attempt + index / 100 for index in range(length)}
            step += length
        _write(run, attempt, records)
    history = _read(run)
    assert history.steps.index.tolist() == list(expected)
    if expected:
        assert history.steps["loss"].tolist() == list(expected.values())


@pytest.mark.parametrize(
    "line",
    [
        {"event": "steps", "first_step": 2, "loss": ["x"]},
        {"event": "steps", "first_step": 2, "loss": [[1.0], [2.0]]},
        {"event": "steps", "first_step": 2, "loss": [{}]},
        {"event": "steps", "first_step": 2, "loss": [1.0], "lr": []},
        {"event": "steps", "first_step": -1, "loss": [1.0]},
        {"event": "steps", "first_step": 2**60, "loss": [1.0]},
        {"event": "steps", "first_step": 0, "loss": [1.0]},
        {"event": "steps", "first_step": 2, **{f"c{i}": [1.0] for i in range(100)}},
        {"event": "epoch", "epoch": 0, "step": 4, "metrics": ["a"]},
        {"event": "epoch", "epoch": 0, "step": 4, "metrics": {"a": "x"}},
        {"event": "epoch", "epoch": True, "step": 4, "metrics": {}},
        {"event": "filters", "epoch": 0, "step": 4, "layer": "c", "shape": [9], "weights": [1.0]},
        {"event": "filters", "epoch": 0, "step": 4, "layer": "c", "shape": 9, "weights": [1.0]},
        {"event": "best", "metric": 3},
        {"event": "ended", "state": "exploded", "step": 1, "reason": "", "seconds": 1.0},
        {"event": "started", "first_step": "0"},
    ],
)
def test_a_line_of_wrong_content_is_skipped_and_counted(tmp_path: Path, line: object) -> None:
    _write(tmp_path, 1, [_started(0), _steps(0, [1.0, 2.0]), line, _steps(2, [3.0])])
    history = _read(tmp_path)
    assert history.steps["loss"].tolist() == [1.0, 2.0, 3.0]
    assert history.dropped == 1


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 2**60) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
_KEYS = ["first_step", "step", "epoch", "metrics", "seconds", "shape", "weights", "layer", "loss"]
_KEYS += ["split", "classes", "counts"]
_EVENTS = st.sampled_from(["started", "steps", "epoch", "filters", "best", "confusion", "ended"])


@given(st.lists(st.tuples(_EVENTS, st.dictionaries(st.sampled_from(_KEYS), _JSON)), max_size=4))
def test_no_content_of_a_line_raises(
    tmp_path_factory: pytest.TempPathFactory, lines: list[tuple[str, dict[str, object]]]
) -> None:
    run = tmp_path_factory.mktemp("run")
    _write(run, 1, [{**keys, "event": event} for event, keys in lines])
    assert _read(run).dropped <= len(lines)


def test_an_event_of_a_later_version_is_passed_over(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), {"event": "hologram"}])
    assert _read(tmp_path).dropped == 0


def test_seconds_are_the_trainers_over_all_attempts(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _steps(0, [0.0, 0.0], 4.0), _steps(2, [0.0], 99.0)])
    _write(tmp_path, 2, [_started(2), _steps(2, [0.0, 0.0], 7.0)])
    assert _read(tmp_path).seconds_at(np.arange(5)).tolist() == [0.0, 2.0, 4.0, 5.5, 7.0]
    assert np.isnan(_read(tmp_path).seconds_at(np.array([9]))).all()


# Confusion tables


def test_the_last_confusion_table_is_that_of_the_test_set(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _confusion(4), _confusion(8)])
    table = _read(tmp_path).confusion
    assert table is not None
    assert (table.split, table.epoch, table.step) == ("val", 1, 8)
    assert table.classes == ("cat", "dog")
    assert table.counts.dtype == np.int64
    assert table.counts.tolist() == [[3, 1], [0, 8]]
    _write(tmp_path, 1, [_confusion(8, "test"), _confusion(12)])
    table = _read(tmp_path).confusion
    assert table is not None
    assert (table.split, table.step) == ("test", 8)


def test_a_run_that_counted_nothing_has_no_confusion_table(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0)])
    assert _read(tmp_path).confusion is None


def test_confusion_tables_that_a_later_attempt_trains_again_are_dropped(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _confusion(4), _confusion(8), _confusion(8, "test")])
    _write(tmp_path, 2, [_started(6)])
    table = _read(tmp_path).confusion
    assert table is not None
    assert (table.split, table.step) == ("val", 4)
    _write(tmp_path, 3, [_started(0)])
    assert _read(tmp_path).confusion is None


def test_texts_of_a_confusion_table_are_cleaned(tmp_path: Path) -> None:
    names = ["a\x1b[31mb", "x" * 5000]
    _write(tmp_path, 1, [_started(0), _confusion(4, "te\nst", classes=names)])
    table = _read(tmp_path).confusion
    assert table is not None
    assert table.split == "te st"
    assert table.classes[0] == "a␛[31mb"
    assert len(table.classes[1]) == 1000


def _nested(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": [[1, 2]]},
        {"counts": [[1, 2, 3], [4, 5, 6]]},
        {"counts": [[1, 2], [3]]},
        {"counts": []},
        {"counts": None},
        {"counts": 3},
        {"counts": [[1, 2.5], [3, 4]]},
        {"counts": [[1, 2.0], [3, 4]]},
        {"counts": [[1, "2"], [3, 4]]},
        {"counts": [[1, True], [3, 4]]},
        {"counts": [[1, None], [3, 4]]},
        {"counts": [[1, -1], [3, 4]]},
        {"counts": [[1, 2**60], [3, 4]]},
        {"counts": [[2**53 - 1, 2**53 - 1], [3, 4]]},
        {"counts": [[[1], [2]], [[3], [4]]]},
        {"counts": _nested(200)},
        {"counts": [[0] * 101] * 101, "classes": ["x"] * 101},
        {"counts": [], "classes": []},
        {"classes": ["cat", 3]},
        {"classes": {"cat": 0, "dog": 1}},
        {"classes": "ab"},
        {"classes": ["cat"]},
        {"split": None},
        {"split": 3},
        {"epoch": -1},
        {"step": "4"},
        {"step": 2**60},
    ],
)
def test_a_confusion_table_that_is_none_is_skipped_and_counted(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    _write(tmp_path, 1, [_started(0), _confusion(4), {**_confusion(8), **changes}])
    history = _read(tmp_path)
    assert history.dropped == 1
    assert history.confusion is not None
    assert history.confusion.step == 4


def test_names_from_a_file_are_cleaned(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), {**_steps(0, [1.0]), "\x1b[2J": [1.0]}])
    assert _read(tmp_path).steps.names[-1] == "␛[2J"


def test_a_non_finite_metric_is_read_as_nan(tmp_path: Path) -> None:
    _write(tmp_path, 1, [_started(0), _epoch(0, 4, loss=math.nan)])
    assert np.isnan(_read(tmp_path).series("loss").values).all()


def test_a_line_that_brings_a_crowd_of_names_is_skipped_and_counted(tmp_path: Path) -> None:
    crowd = [_epoch(n, 4 * n, **{f"m{n}_{k}": 0.5 for k in range(800)}) for n in range(3)]
    _write(tmp_path, 1, [_started(0), *crowd, _epoch(3, 12, loss=0.5)])
    history = _read(tmp_path)
    assert history.dropped == 2
    assert len(history.metrics) == 801
    assert history.series("loss").steps.tolist() == [12]


def test_a_best_and_a_confusion_table_of_the_same_step_replace_the_earlier_one(
    tmp_path: Path,
) -> None:
    again = _confusion(4, counts=[[5, 0], [0, 5]])
    _write(tmp_path, 1, [_started(0), _best(4), _confusion(4), {**_best(4), "value": 0.75}, again])
    history = _read(tmp_path)
    assert history.best is not None
    assert history.best.value == 0.75
    assert history.confusion is not None
    assert history.confusion.counts.tolist() == [[5, 0], [0, 5]]
