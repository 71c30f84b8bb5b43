from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from workbench.events import (
    BestImproved,
    Continued,
    Ended,
    EpochEnded,
    Paused,
    Released,
    Started,
    Steps,
)
from workbench.store.status import Best, Status, advanced, begun, read_status, write_status


def _write(file: object) -> None:
    """Nothing."""


def test_a_status_is_read_as_it_was_written(tmp_path: Path) -> None:
    best = Best(metric="val/accuracy", value=0.5, epoch=1, step=8)
    status = Status(state="running", attempt=2, step=9, best=best, metrics={"lr": 0.1})
    write_status(tmp_path, status)
    read = read_status(tmp_path)
    assert read.updated is not None
    assert math.isnan(read.images_per_second)
    unknown = {"images_per_second": 0.0, "updated": None, "changed": None}
    assert read.model_copy(update=unknown) == status.model_copy(update=unknown)


def test_a_non_finite_metric_is_read_as_nan(tmp_path: Path) -> None:
    write_status(tmp_path, Status(metrics={"train/loss": math.inf}))
    assert math.isnan(read_status(tmp_path).metrics["train/loss"])


def test_a_run_without_a_status_is_queued(tmp_path: Path) -> None:
    assert read_status(tmp_path).state == "queued"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty document"),
        (b"[]", "not a JSON object"),
        (b'{"state":"exploded"}', "state: Input should be"),
        (b'{"step":-1}', "step: Input should be"),
        (b'{"metrics":{"a":"\\u001b[2J"}}', "metrics.a: "),
        (b" " * (1 << 20) + b"{}", "larger than"),
    ],
)
def test_a_damaged_status_says_what_is_wrong(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "status.json").write_bytes(content)
    status = read_status(tmp_path)
    assert status.state == "unreadable"
    assert status.reason.startswith("status.json: ")
    assert reason in status.reason


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_what_is_no_regular_file_is_unreadable(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "status.json"
    (tmp_path / "elsewhere").write_text("{}")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.mkdir()
    assert read_status(tmp_path).state == "unreadable"


def test_unknown_keys_of_a_later_version_are_ignored(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text('{"state":"paused","mood":"good"}')
    assert read_status(tmp_path).state == "paused"


def test_text_from_a_status_is_cleaned(tmp_path: Path) -> None:
    (tmp_path / "status.json").write_text(r'{"state":"failed","reason":"\u001b[31m"}')
    assert read_status(tmp_path).reason == "␛[31m"


def test_events_move_the_status_on() -> None:
    status = begun(Status(created=1.0), attempt=1)
    assert (status.state, status.created) == ("running", 1.0)
    status = advanced(status, Started(3, 12, 4, 0, 100, "cpu"))
    assert (status.epochs, status.steps, status.step) == (3, 12, 0)
    status = advanced(status, Steps(0, 0, {"loss": [2.0, 1.5], "lr": [0.1, 0.2]}, 50.0, 4.0))
    assert (status.step, status.metrics) == (2, {"loss": 1.5, "lr": 0.2})
    assert status.images_per_second == 50.0
    status = advanced(status, Paused(2))
    assert status.state == "paused"
    status = advanced(status, Continued(2))
    assert status.state == "running"
    status = advanced(status, EpochEnded(0, 4, {"val/accuracy": 0.5}, 3.0))
    assert (status.epochs_done, status.step, status.seconds) == (1, 4, 3.0)
    assert status.metrics["val/accuracy"] == 0.5
    status = advanced(status, BestImproved("val/accuracy", 0.5, 0, 4, _write))
    assert status.best == Best(metric="val/accuracy", value=0.5, epoch=0, step=4)
    status = advanced(status, Ended("diverged", 5, "loss became NaN in step 5", 4.0))
    assert (status.state, status.reason) == ("diverged", "loss became NaN in step 5")
    assert status.ended is not None


def test_a_new_attempt_keeps_what_is_known_and_forgets_the_end() -> None:
    ended = advanced(begun(Status(), 1), Ended("stopped", 8, "asked to", 4.0))
    again = begun(ended, 2)
    assert (again.state, again.reason, again.attempt, again.ended) == ("running", "", 2, None)
    assert (again.started, again.step) == (ended.started, 8)


@pytest.mark.parametrize(("best_step", "stays"), [(4, True), (8, False)])
def test_a_best_epoch_that_is_trained_again_is_forgotten(best_step: int, stays: bool) -> None:
    best = Best(metric="val/accuracy", value=0.5, epoch=0, step=best_step)
    resumed = advanced(Status(best=best), Started(3, 12, 4, 4, 100, "cpu"))
    assert (resumed.best == best) is stays


@pytest.mark.parametrize("epochs_done", [0, 1])
def test_an_epoch_whose_last_step_was_done_counts_once_it_was_evaluated(epochs_done: int) -> None:
    resumed = advanced(Status(), Started(3, 12, 4, 4, 100, "cpu", epochs_done))
    assert (resumed.step, resumed.epoch, resumed.epochs_done) == (4, epochs_done, epochs_done)


def test_only_a_run_that_was_trained_is_handed_over() -> None:
    assert not Status().is_handed_over
    released = advanced(begun(Status(), attempt=1), Released(4))
    assert (released.is_handed_over, released.is_active, released.step) == (True, True, 4)
    assert not begun(released, attempt=2).is_handed_over
