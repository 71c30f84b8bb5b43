"""Where a run stands, in words."""

from __future__ import annotations

import pytest

from workbench.store.status import Best, Status
from workbench.tui.hardware import GpuUsage, Usage
from workbench.tui.screens.run_feed import Snapshot
from workbench.tui.widgets.meters import fitting, usage_words
from workbench.tui.widgets.run_status import figures_line, progress_line, remarks

BEST = Best(metric="val/accuracy", value=0.881, epoch=2)
RUNNING = Status(
    state="running", attempt=1, epoch=2, epochs_done=2, epochs=30, step=1173, steps=11730,
    seconds=100.0, images_per_second=2352.0, best=BEST,
)  # fmt: skip


def test_progress_names_the_epoch_one_is_in() -> None:
    line = progress_line(RUNNING, 60, unicode=True).plain
    assert line.startswith("running   epoch 3/30   step 1,173/11,730   ━")
    assert line.endswith(" 10 %")
    assert len(line) == 60


def test_progress_without_unicode_is_ascii() -> None:
    assert progress_line(RUNNING, 80, unicode=False).plain.isascii()


def test_progress_without_room_has_no_bar() -> None:
    assert "━" not in progress_line(RUNNING, 45, unicode=True).plain


@pytest.mark.parametrize(
    ("width", "words"),
    [
        (100, "1 min 40 s, 15 min 00 s left   2,352 images/s   "
              "best val/accuracy 88.10 % at epoch 3"),
        (80, "1 min 40 s, 15 min 00 s left   2,352 images/s   best val 88.10 % at epoch 3"),
        (70, "1 min 40 s, 15 min 00 s left   best val/accuracy 88.10 % at epoch 3"),
    ],
)  # fmt: skip
def test_figures_are_shortened_to_the_room_there_is(width: int, words: str) -> None:
    assert figures_line(RUNNING, width).plain == words


def test_an_ended_run_has_no_time_left() -> None:
    ended = RUNNING.model_copy(update={"state": "finished"})
    assert "left" not in figures_line(ended, 100).plain


def test_every_trouble_has_a_line() -> None:
    status = RUNNING.model_copy(
        update={"state": "diverged", "reason": "loss became NaN", "warning": "disk full"}
    )
    words = [line.plain for line in remarks(Snapshot(status, dropped=3))]
    assert words == ["loss became NaN", "disk full", "3 damaged lines of the record cannot be read"]


def test_what_finds_no_room_is_left_out() -> None:
    words = usage_words(Usage(181.2, 1_234_000_000, GpuUsage(34, 3_100_000_000, 80_000_000_000)))
    assert words == ("CPU 181 %", "memory 1.2 GB", "GPU 34 %", "GPU memory 3.1 GB of 80.0 GB")
    assert fitting(words, 30) == "CPU 181 %   memory 1.2 GB"
    assert fitting(words, 5) == ""
