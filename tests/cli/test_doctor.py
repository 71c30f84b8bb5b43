"""`workbench doctor`."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import Result

Workbench = Callable[..., Result]


def found(result: Result) -> dict[str, dict[str, Any]]:
    sections: dict[str, dict[str, Any]] = json.loads(result.stdout)
    return sections


def test_it_shows_versions_machine_folders_and_terminal(workbench: Workbench, runs: Path) -> None:
    result = workbench("doctor")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [
        "versions",
        "machine",
        "folders",
        "terminal",
    ]
    words = dict(line.strip().split(maxsplit=1) for line in lines if line.startswith("  "))
    assert words["python"] == platform.python_version()
    assert words["torch"].startswith(torch.__version__.partition("+")[0])


def test_json_is_one_document_with_the_same(workbench: Workbench, runs: Path) -> None:
    sections = found(workbench("doctor", "--json"))
    assert set(sections) == {"versions", "machine", "folders", "terminal"}
    assert sections["folders"]["runs"] == str(runs)
    assert sections["folders"]["runs_writable"] is True
    assert sections["terminal"]["standard_output"] == "not a terminal"
    assert sections["folders"]["runs_free_bytes"] > 0
    device, precision, _ = sections["machine"]["auto"]
    assert device == ("cuda:0" if torch.cuda.is_available() else "cpu")
    assert precision in {"fp32", "bf16"}


def test_it_makes_no_folder(workbench: Workbench, runs: Path) -> None:
    assert workbench("doctor").exit_code == 0
    assert not runs.exists()


def test_another_folder_can_be_asked_about(workbench: Workbench, tmp_path: Path) -> None:
    sections = found(workbench("doctor", "--json", "--runs", tmp_path / "a" / "b"))
    assert sections["folders"]["runs"] == str(tmp_path / "a" / "b")


def test_a_terminal_is_described(on_terminal: Callable[..., Any]) -> None:
    screen = on_terminal("doctor", columns=70, COLORTERM="")
    words = dict(line.rsplit("  ", 1) for line in screen.lines if line.startswith("  "))
    described = {name.strip(): value for name, value in words.items()}
    assert described["standard output"] == "a terminal"
    assert described["size"] == "70x24"
    assert described["colour"] == "256"
    assert described["TERM"] == "xterm-256color"


@pytest.mark.parametrize(("value", "colour"), [("1", "off (NO_COLOR)"), ("", "off")])
def test_why_there_are_no_colours_is_said(
    workbench: Workbench, monkeypatch: pytest.MonkeyPatch, value: str, colour: str
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    assert found(workbench("doctor", "--json"))["terminal"]["colour"] == colour
