"""`workbench init`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli.main import cli
from workbench.config.loading import load_profile
from workbench.config.ready import ready_profiles


def init(*args: object) -> Result:
    return CliRunner().invoke(cli, ["init", *map(str, args)])


def test_every_ready_profile_is_written_and_valid(tmp_path: Path) -> None:
    result = init(tmp_path / "new" / "folder")
    assert result.exit_code == 0
    written = sorted((tmp_path / "new" / "folder").rglob("*.toml"))
    assert [path.name for path in written] == [
        path.name for path in sorted(ready_profiles().rglob("*.toml"))
    ]
    assert sorted(result.stdout.splitlines()) == [f"wrote {path}" for path in written]
    assert all(load_profile(path).profile for path in written)


def test_the_next_command_is_named(tmp_path: Path) -> None:
    assert f"next: workbench run {tmp_path / 'quickstart.toml'}\n" in init(tmp_path).stderr


def test_the_default_folder_is_profiles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert init().exit_code == 0
    assert (tmp_path / "profiles" / "quickstart.toml").is_file()


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    mine = tmp_path / "quickstart.toml"
    mine.write_text("# mine")
    result = init(tmp_path)
    assert result.exit_code == 0
    assert mine.read_text() == "# mine"
    assert f"kept {mine} as it was (--force writes over it)" in result.stderr
    assert str(mine) not in result.stdout


def test_force_writes_over_it(tmp_path: Path) -> None:
    mine = tmp_path / "quickstart.toml"
    mine.write_text("# mine")
    assert f"wrote {mine}" in init(tmp_path, "--force").stdout
    assert mine.read_bytes() == (ready_profiles() / "quickstart.toml").read_bytes()


def test_json_names_what_was_written_and_kept(tmp_path: Path) -> None:
    (tmp_path / "quickstart.toml").write_text("# mine")
    told = json.loads(init(tmp_path, "--json").stdout)
    assert told["kept"] == [str(tmp_path / "quickstart.toml")]
    assert str(tmp_path / "cifar10-small.toml") in told["written"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = init(tmp_path / "file")
    assert result.exit_code == 2
    assert "cannot be written: " in result.stderr
    assert "hint: name another folder" in result.stderr


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "quickstart.toml").mkdir()
    result = init(tmp_path)
    assert result.exit_code == 2
    assert f"{tmp_path / 'quickstart.toml'}: cannot be written" in result.stderr
