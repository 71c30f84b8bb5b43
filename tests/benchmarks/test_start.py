"""The benchmark of starting runs, once."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from benchmarks.__main__ import main


def test_all_parts_of_a_start_are_measured_beside_a_bare_script() -> None:
    arguments = ["start", "--rounds", "1", "--json"]
    output = CliRunner().invoke(main, arguments, catch_exceptions=False).output
    start = json.loads(output)
    assert list(start["parts"])[-1] == "first step"
    assert all(0 < seconds < 60 for seconds in start["parts"].values())
    assert start["seconds"] == [pytest.approx(sum(start["parts"].values()))]
    assert start["ratio"] == start["seconds"][0] / start["peer_seconds"][0]
