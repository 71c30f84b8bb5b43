"""log.txt while a run trains."""

from __future__ import annotations

import logging
import resource
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.errors import WriteError
from workbench.events import EpochEnded
from workbench.runner.logs import described, logging_to

OURS, THEIRS = logging.getLogger("workbench.training"), logging.getLogger("somelibrary")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


@pytest.fixture(autouse=True)
def root_level() -> Iterator[None]:
    """The root logger's level outside of any test: Python's own default."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.WARNING)
    yield
    root.setLevel(level)


def test_records_of_every_logger_land_in_the_file(log: Path) -> None:
    with logging_to(log):
        OURS.info("first epoch")
        THEIRS.warning("deprecated")
    lines = log.read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in lines] == [
        "INFO workbench.training: first epoch",
        "WARNING somelibrary: deprecated",
    ]


def test_details_of_the_program_and_chatter_of_others_do_not(log: Path) -> None:
    with logging_to(log):
        OURS.debug("a detail")
        THEIRS.info("chatter")
    assert log.read_text() == ""


def test_a_traceback_lands_in_the_file(log: Path) -> None:
    with logging_to(log):
        try:
            raise RuntimeError("the cable")
        except RuntimeError:
            OURS.exception("training failed")
    text = log.read_text()
    assert "ERROR workbench.training: training failed\nTraceback (most recent" in text
    assert text.endswith("RuntimeError: the cable\n")


def test_warnings_land_in_the_file(log: Path) -> None:
    with logging_to(log):
        warnings.warn_explicit("use another call", UserWarning, "library.py", 12)
    assert "WARNING py.warnings: library.py:12: UserWarning: use another call" in log.read_text()


def test_what_is_there_stays(log: Path) -> None:
    for attempt in ("first", "second"):
        with logging_to(log):
            OURS.info(attempt)
    assert [line.rpartition(" ")[2] for line in log.read_text().splitlines()] == ["first", "second"]


def test_text_that_is_no_utf_8_lands_in_the_file(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file name on disk may be any bytes."""
    # Not to be caught for the test's report: a worker of the test run cannot send such text.
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    with logging_to(log):
        OURS.warning("cannot read %s", "caf\udce9.png")
    assert "cannot read caf\\udce9.png" in log.read_text()


def settings() -> list[object]:
    root, ours = logging.getLogger(), logging.getLogger("workbench")
    return [list(root.handlers), root.level, ours.level, warnings.showwarning]


def test_afterwards_logging_is_as_before(log: Path) -> None:
    before = settings()
    with logging_to(log):
        assert settings() != before
    assert settings() == before
    THEIRS.warning("of something else")
    assert log.read_text() == ""


def test_also_after_an_error(log: Path) -> None:
    before = settings()
    with pytest.raises(RuntimeError), logging_to(log):
        raise RuntimeError
    assert settings() == before


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    before = settings()
    with pytest.raises(WriteError, match="Is a directory"), logging_to(tmp_path):
        pass
    assert settings() == before


def test_a_disk_that_is_full_stops_nothing_and_says_nothing(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What could not be written to it is told elsewhere."""
    _, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with logging_to(log):
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
        try:
            OURS.info("first epoch")
            OURS.info("second epoch")
            assert len(log.read_bytes()) <= 10
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert capsys.readouterr().err == ""


def test_an_epoch_is_a_line_for_people() -> None:
    event = EpochEnded(2, 63, {"val/loss": 0.4125, "val/accuracy": 0.882}, 4.0)
    assert described(event) == "epoch 3, step 63: val/loss 0.4125, val/accuracy 88.20 %"
