"""The benchmark of recording runs, at sizes that take little time."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main

NEEDS = {"tensorboard": "tensorboard", "csv": "lightning"}


@pytest.mark.parametrize("way", ["workbench", "tensorboard", "csv"])
def test_writing_costs_something_and_less_than_all_of_a_step(way: str) -> None:
    if way in NEEDS:
        pytest.importorskip(NEEDS[way])
    arguments = ["recording", "--rounds=2", "--steps=60", f"--only={way}", "--json"]
    [cost] = json.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).output)
    assert cost["name"] == way
    assert len(cost["microseconds"]) == 2
    assert 0 < cost["microseconds_low"] <= cost["microseconds_median"]
    assert cost["microseconds_median"] <= cost["microseconds_high"]
    assert cost["microseconds_low"] < cost["step_microseconds"] * cost["ratio_high"]
    assert cost["percent"] == pytest.approx(cost["microseconds_median"] / 10)


def test_for_people_a_way_is_a_line() -> None:
    arguments = ["recording", "--rounds=1", "--steps=20", "--only=workbench"]
    [line] = CliRunner().invoke(main, arguments, catch_exceptions=False).output.splitlines()
    assert line.split()[0] == "workbench"
    assert "us a step" in line
    assert "% of 1 ms" in line
