"""Each way of training takes its turns in a process of its own."""

from __future__ import annotations

from pathlib import Path

import click
import psutil
import pytest

from benchmarks.contestants import contestant
from benchmarks.images import from_folder
from tests.benchmarks.small import write_images

MAIN = Path("profiles/report/main.toml")
SMALL = (
    "model.blocks=1",
    "training.batch_size=4",
    "training.compile=off",
    "schedule.warmup_epochs=0",
)
NEEDS = {"lightning": "lightning"}


@pytest.mark.parametrize("way", ["report", "plain", "lightning", "workbench"])
def test_a_contestant_trains_so_many_images_and_leaves_nothing_running_between_its_turns(
    way: str, tmp_path: Path
) -> None:
    if way in NEEDS:
        pytest.importorskip(NEEDS[way])
    before = {child.pid for child in psutil.Process().children()}
    changes = (*from_folder(write_images(tmp_path)), *SMALL)
    with contestant(way, MAIN, changes, steps=30) as take_turn:
        turns = [take_turn(3), take_turn(2)]
        [process] = [each for each in psutil.Process().children() if each.pid not in before]
        workers = process.children()
    assert [turn.images for turn in turns] == [12, 8]
    assert all(turn.seconds > 0 for turn in turns)
    assert not workers
    assert not process.is_running()


def test_a_contestant_that_cannot_train_says_why(tmp_path: Path) -> None:
    changes = (*from_folder(tmp_path), *SMALL)
    with (
        pytest.raises(click.ClickException, match="report ended by itself"),
        contestant("report", MAIN, changes, steps=30),
    ):
        pass
