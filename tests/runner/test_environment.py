"""What env.json says."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
import torch

from workbench.config.profile import RunProfile
from workbench.data.dataset import load_dataset
from workbench.runner import environment
from workbench.runner.environment import (
    describe_data,
    describe_machine,
    describe_run,
    git_state,
    versions,
)
from workbench.training.hardware import decide

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture
def work_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git work tree with one commit of one file, whatever the user's own settings."""
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "model.py").write_text("one = 1\n")
    author = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], [*author, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", "-C", str(folder), *command], check=True)
    return folder


def test_versions_are_those_installed() -> None:
    found = versions()
    assert found["python"] == platform.python_version()
    assert found["torch"].split("+")[0] == torch.__version__.split("+")[0]
    assert found.keys() == {"python", *environment.PACKAGES}


def test_a_package_that_is_not_installed_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PACKAGES", ("no-such-package",))
    assert versions()["no-such-package"] == "not installed"


def test_the_machine_is_described() -> None:
    machine = describe_machine()
    assert machine["threads"] == torch.get_num_threads()
    assert machine["host"] == platform.node()
    gpus = machine["gpus"]
    assert isinstance(gpus, list)
    assert len(gpus) == torch.cuda.device_count()


def test_data_is_described_with_the_statistics_that_were_measured(profile: RunProfile) -> None:
    dataset = load_dataset(profile.data, profile.seed)
    described = describe_data(dataset)
    assert (described["train"], described["validation"], described["test"]) == (100, 20, 50)
    assert described["classes"] == [str(digit) for digit in range(10)]
    assert described["mean"] == described["test_mean"] == list(dataset.mean)
    assert described["std"] == described["test_std"] == list(dataset.std)
    assert described["fingerprint"] == dataset.fingerprint


def test_all_of_it_can_be_written_as_json(profile: RunProfile) -> None:
    hardware = decide(profile.training, "cpu")
    described = describe_run(hardware, load_dataset(profile.data, profile.seed))
    read = orjson.loads(orjson.dumps(described))
    assert read["command"] == sys.argv
    assert read["hardware"] == {
        "device": "cpu",
        "precision": "fp32",
        "compile": hardware.compile,
        "threads": torch.get_num_threads(),
        "reasons": dict(hardware.reasons),
    }
    assert all(read["hardware"]["reasons"].values())


@needs_git
def test_a_commit_is_named_and_whether_anything_changed_since(work_tree: Path) -> None:
    state = git_state(work_tree)
    commit = state["commit"]
    assert isinstance(commit, str)
    assert len(commit) == 40
    assert state["clean"] is True
    (work_tree / "model.py").write_text("one = 2\n")
    assert git_state(work_tree) == {"commit": commit, "clean": False}


@needs_git
def test_a_new_file_is_a_change(work_tree: Path) -> None:
    (work_tree / "new.py").touch()
    assert git_state(work_tree)["clean"] is False


@needs_git
def test_where_git_cannot_tell_it_claims_nothing(work_tree: Path) -> None:
    (work_tree / ".git" / "index").write_bytes(b"damaged")
    assert git_state(work_tree).keys() == {"commit"}


@needs_git
def test_looking_writes_nothing_into_the_work_tree(work_tree: Path) -> None:
    index = work_tree / ".git" / "index"
    (work_tree / "model.py").touch()  # git would note the new time in its index
    before = index.read_bytes()
    git_state(work_tree)
    assert index.read_bytes() == before


@needs_git
def test_outside_of_a_work_tree_there_is_nothing_to_say(work_tree: Path) -> None:
    assert git_state(work_tree.parent) == {}


def test_without_git_there_is_nothing_to_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git_state(tmp_path) == {}
