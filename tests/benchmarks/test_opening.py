"""The benchmark of opening runs, at sizes that take little time."""

from __future__ import annotations

import json

from click.testing import CliRunner

from benchmarks.__main__ import main


def test_every_screen_is_opened_beside_the_smallest_app() -> None:
    arguments = ["opening", "--runs", "3", "--steps", "1000", "--rounds", "1", "--json"]
    results = json.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).output)
    assert [result["what"] for result in results] == ["no runs", "3 runs", "1,000 steps"]
    for result in results:
        [seconds], [peer] = result["seconds"], result["peer_seconds"]
        assert 0 < peer < seconds
        assert result["ratio"] == seconds / peer
