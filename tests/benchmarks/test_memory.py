"""The benchmark of memory runs, with a few images and steps."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from benchmarks.__main__ import main
from tests.benchmarks.small import write_images


def test_peaks_and_growth_are_measured_in_processes_of_their_own(tmp_path: Path) -> None:
    small = ["model.blocks=1", "training.batch_size=4"]
    arguments = ["memory", "--images", str(write_images(tmp_path)), "--steps", "5", "--json"]
    arguments += ["--only", "fp32"]
    arguments += [f"--set={change}" for change in small]
    output = CliRunner().invoke(main, arguments, catch_exceptions=False).output
    measured = json.loads(output)
    assert len(measured["peaks"]) == 1
    for peak in measured["peaks"]:
        assert 100 < peak["plain_mib"] < 4_000
        assert 100 < peak["mib"] < 4_000
    assert measured["steps"] == 5
    assert 100 < measured["first_mib"] < 4_000
