"""The benchmark of training runs, at sizes that take little time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main
from tests.benchmarks.small import write_images

SMALL = ["--rounds=2", "--steps=1", "--set=training.batch_size=4"]


@pytest.fixture
def images(tmp_path: Path) -> str:
    return f"--images={write_images(tmp_path)}"


def test_contestants_are_compared_with_the_first_one_in_each_round(images: str) -> None:
    chosen = [
        "--network=se-resnet",
        "--set=model.blocks=1",
        "--only=report",
        "--only=workbench-fp32",
    ]
    arguments = ["training", images, *chosen, *SMALL, "--json"]
    [result] = json.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).output)
    assert (result["contest"], result["batch_size"], result["steps"]) == ("se-resnet", 4, 1)
    report, ours = result["paces"]
    assert (report["name"], ours["name"]) == ("report", "workbench-fp32")
    assert report["ratios"] == [1, 1]
    pairs = zip(ours["images_per_second"], report["images_per_second"], strict=True)
    assert ours["ratios"] == pytest.approx([own / first for own, first in pairs])
    assert 0 < ours["ratio_low"] <= ours["ratio"] <= ours["ratio_high"]


def test_for_people_a_contestant_is_a_line_below_its_network(images: str) -> None:
    chosen = ["--network=vgg-a-bn", "--set=model.width=0.1", "--set=training.compile=off"]
    arguments = ["training", images, *chosen, *SMALL, "--only=report"]
    output = CliRunner().invoke(main, arguments, catch_exceptions=False).output
    head, line = output.splitlines()
    assert head == "vgg-a-bn, batches of 4, 2 rounds of 1 steps"
    assert line.split()[0] == "report"
    assert "1.00 times (1.00 to 1.00)" in line
