"""The benchmark of charts runs, at sizes that take no time."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main


@pytest.fixture
def arguments() -> list[str]:
    return ["charts", "--steps", "50", "--steps", "2000", "--rounds", "1"]


def test_every_size_is_measured_beside_plotext(arguments: list[str]) -> None:
    output = CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False).output
    results = json.loads(output)
    assert [result["steps"] for result in results] == [50, 2000]
    for result in results:
        assert len(result["ours_ms"]) == len(result["plotext_ms"]) == 1
        assert 0 < result["ratio_low"] <= result["ratio"] <= result["ratio_high"]


def test_for_people_a_size_is_a_line(arguments: list[str]) -> None:
    output = CliRunner().invoke(main, arguments, catch_exceptions=False).output
    assert [line.partition(":")[0].strip() for line in output.splitlines()] == [
        "50 steps",
        "2,000 steps",
    ]
