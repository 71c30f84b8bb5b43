"""`workbench schema`."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from workbench.cli.main import cli
from workbench.config.schema import run_schema


@pytest.mark.parametrize("args", [[], ["run"], ["--json"]])
def test_standard_output_is_the_json_schema_alone(args: list[str]) -> None:
    result = CliRunner().invoke(cli, ["schema", *args])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == run_schema()
    assert result.stderr == ""


def test_another_schema_is_a_wrong_command_line() -> None:
    result = CliRunner().invoke(cli, ["schema", "walk"])
    assert result.exit_code == 2
    assert result.stderr.startswith("workbench: error: ")
