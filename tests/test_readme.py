"""What the README shows works as it stands there."""

import re
import tomllib
from pathlib import Path

import pytest

from workbench.config.data import ImageFolderProfile
from workbench.config.problems import validated
from workbench.store.runs import open_store

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def block(language: str) -> str:
    """The README's one block of code in that language."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert isinstance(found, str)
    return found


def test_both_commands_of_a_newcomer_are_there() -> None:
    assert "pip install -e . && workbench run profiles/quickstart.toml" in README
    assert "pip install -e '.[dev]' && pytest -n auto" in README


def test_real_output_is_there_by_line_40() -> None:
    assert any(line.startswith("epoch 20/20") for line in README.splitlines()[:40])


def test_the_profile_is_valid() -> None:
    profile = validated(tomllib.loads(block("toml")), ROOT)
    assert isinstance(profile.data, ImageFolderProfile)
    assert profile.training.early_stopping.patience == 10


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quickstart = (ROOT / "profiles" / "quickstart.toml").read_text()
    (tmp_path / "profiles").mkdir()
    short = re.sub(r"^epochs = \d+", "epochs = 1", quickstart, flags=re.MULTILINE)
    (tmp_path / "profiles" / "quickstart.toml").write_text(short)
    monkeypatch.chdir(tmp_path)
    exec(block("python"), {})  # the README's own words
    (run,) = open_store("runs").list()
    assert f"{run.id} finished" in capsys.readouterr().out


def test_every_linked_file_exists() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README)
    assert links
    assert all((ROOT / link).exists() for link in links)
