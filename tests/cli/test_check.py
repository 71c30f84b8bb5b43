"""`workbench check`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli.main import cli


def check(*args: object) -> Result:
    return CliRunner().invoke(cli, ["check", *map(str, args)])


@pytest.fixture
def valid(tmp_path: Path) -> Path:
    path = tmp_path / "good.toml"
    path.write_text('training.epochs = 3\n[model]\nkind = "vgg_a"\nwidth = 0.5\n')
    return path


@pytest.fixture
def invalid(tmp_path: Path) -> Path:
    path = tmp_path / "bad.toml"
    path.write_text("seed = -1\n[training]\nepochs = true\n")
    return path


def test_a_valid_profile_is_ok_in_one_line(valid: Path) -> None:
    result = check(valid)
    assert result.exit_code == 0
    assert result.stdout == f"{valid}: ok: good, digits, vgg_a, 3 epochs\n"
    assert result.stderr == ""


def test_one_problem_is_one_line(invalid: Path) -> None:
    result = check(invalid, "--set", "seed=1")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        f"workbench: error: {invalid}: line 3: training.epochs: "
        "found true, valid is a whole number from 1 to 1000000\n"
    )


def test_every_problem_of_every_file_is_shown(valid: Path, invalid: Path, tmp_path: Path) -> None:
    result = check(invalid, valid, tmp_path / "none.toml")
    assert result.exit_code == 2
    assert result.stdout.startswith(f"{valid}: ok: ")
    assert result.stderr.splitlines() == [
        f"workbench: error: {invalid}: 2 problems",
        "  line 1: seed: found -1, valid is a whole number from 0 to below 9223372036854775808",
        "  line 3: training.epochs: found true, valid is a whole number from 1 to 1000000",
        f"workbench: error: {tmp_path / 'none.toml'}: does not exist",
        "hint: workbench init writes profiles to start from",
    ]


def test_dropped_keys_are_named_for_people(valid: Path) -> None:
    result = check(valid, "--set", "model.kind=se_resnet")
    assert result.exit_code == 0
    assert result.stdout == f"{valid}: ok: good, digits, se_resnet, 3 epochs\n"
    assert result.stderr == f"{valid}: model.kind = se_resnet: dropped width\n"


def test_json_holds_the_outcome_of_every_file(valid: Path, invalid: Path) -> None:
    result = check(valid, invalid, "--json", "--set", "model.kind=se_resnet")
    assert result.exit_code == 2
    good, bad = json.loads(result.stdout)
    assert good == {
        "path": str(valid),
        "ok": True,
        "name": "good",
        "data": "digits",
        "model": "se_resnet",
        "epochs": 3,
        "notes": ["model.kind = se_resnet: dropped width"],
    }
    assert not bad["ok"]
    assert [(problem["line"], problem["key"]) for problem in bad["problems"]] == [
        (1, "seed"),
        (3, "training.epochs"),
    ]


def test_a_malformed_override_is_one_error(valid: Path, invalid: Path) -> None:
    result = check(valid, invalid, "--set", "seed")
    assert result.exit_code == 2
    assert result.stderr == (
        "workbench: error: --set 'seed' has no '='\n"
        "hint: write --set key=value, as in --set optimizer.lr=1e-3\n"
    )


def test_control_characters_of_names_and_paths_are_written_out(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.toml"
    path.write_text('"\\u001b[2J" = 1')
    result = check(path)
    assert "\x1b" not in result.stderr
    assert "a\\x1b[31m.toml" in result.stderr
    assert "\\x1b[2J: unknown key" in result.stderr


def test_what_only_a_run_finds_is_not_looked_at_and_its_help_says_so(tmp_path: Path) -> None:
    path = tmp_path / "elsewhere.toml"
    path.write_text(
        "data = { kind = 'image_folder', root = 'not there' }\n"
        "model = { kind = 'torchvision', name = 'resnet19', weights = 'not there.pth' }\n"
    )
    assert check(path).exit_code == 0
    told = " ".join(check("--help").stdout.split())
    assert "Not looked at are data, device, code of one's own, weights files" in told
    assert "names and arguments of torchvision's models: `workbench run` checks these" in told


def test_without_a_profile_it_is_a_wrong_command_line() -> None:
    assert check().exit_code == 2
