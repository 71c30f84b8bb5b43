"""All benchmarks by one command, here two quick ones."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from benchmarks.__main__ import main


def test_all_that_is_asked_for_is_written_as_json_and_as_a_table(tmp_path: Path) -> None:
    arguments = ["--folder", str(tmp_path), "--only", "start", "--only", "charts", "--rounds", "1"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    measured = json.loads((tmp_path / "benchmarks.json").read_text())
    assert list(measured) == ["start", "charts"]
    table = (tmp_path / "benchmarks.md").read_text()
    assert table in result.stdout
    (start,) = [line for line in table.splitlines() if "first step |" in line]
    assert f"{measured['start']['ratio']:.2f} (" in start
    assert sum("plotext" in line for line in table.splitlines()) == 3


def test_one_that_fails_ends_them_with_its_name(tmp_path: Path) -> None:
    arguments = ["--folder", str(tmp_path), "--only", "training"]
    result = CliRunner().invoke(main, arguments, env={"WORKBENCH_TEST_IMAGES": "/nonexistent"})
    assert result.exit_code == 1
    assert "training ended with 2" in result.output
