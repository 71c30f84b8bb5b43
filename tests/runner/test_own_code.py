"""A run's folder is data: code in it is not run, also not by a detour."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runner.small import started, stop_after
from workbench.config.data import CustomDataProfile
from workbench.config.model import CustomModelProfile
from workbench.config.profile import RunProfile
from workbench.errors import CallableError
from workbench.runner.attempts import resume_run
from workbench.runner.evaluation import evaluate_run
from workbench.store.runs import Run

CODE = """
from pathlib import Path

from torch import nn

Path(__file__).with_name("ran").touch()


class Network(nn.Sequential):
    def __init__(self, classes):
        super().__init__(nn.Flatten(), nn.Linear(64, classes))
"""
MODULE = "code_of_a_stranger"


@pytest.fixture
def run(profile: RunProfile, runs: Path, tmp_path: Path) -> Run:
    """Stopped in its second epoch, with a network from `own` beside the runs."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / f"{MODULE}.py").write_text(CODE)
    model = CustomModelProfile(callable=f"{MODULE}:Network", folder=tmp_path / "own")
    return started(profile.model_copy(update={"model": model}), runs, stop=stop_after(6))


def names(run: Run, folder: object) -> Run:
    """The run with another folder in its profile."""
    path = run.path / "profile.toml"
    own = str(run.path.parents[1] / "own")
    assert own in path.read_text()
    path.write_text(path.read_text().replace(own, str(folder)))
    return Run(run.path)


def is_refused(run: Run) -> bool:
    before = (run.path / "status.json").read_bytes()
    with pytest.raises(CallableError, match="names code in a run's folder") as caught:
        resume_run(run, device="cpu")
    assert "if you trust it" in caught.value.hint
    with pytest.raises(CallableError, match="names code in a run's folder"):
        evaluate_run(run, "test", device="cpu")
    return (run.path / "status.json").read_bytes() == before


@pytest.fixture
def trapped(run: Run) -> Run:
    """With such a module in the run itself, and in a folder of it."""
    for folder in (run.path, run.path / "artifacts"):
        folder.mkdir(exist_ok=True)
        (folder / f"{MODULE}.py").write_text(CODE)
    return run


@pytest.mark.parametrize("folder", [".", "artifacts", "../../own", ""])
def test_a_relative_folder_is_never_this_programs(trapped: Run, folder: str) -> None:
    if folder:
        changed = names(trapped, folder)
    else:
        changed = names(trapped, "x")
        text = (trapped.path / "profile.toml").read_text()
        (trapped.path / "profile.toml").write_text(text.replace('folder = "x"\n', ""))
    assert is_refused(changed)
    assert not list(trapped.path.rglob("ran"))


def test_code_in_the_run_itself_is_refused_also_by_its_absolute_path(trapped: Run) -> None:
    assert is_refused(names(trapped, trapped.path))
    assert not list(trapped.path.rglob("ran"))


def test_so_is_code_in_another_run(trapped: Run, profile: RunProfile, runs: Path) -> None:
    other = started(profile, runs, stop=stop_after(0))
    assert is_refused(names(trapped, other.path / "artifacts"))


def test_so_is_code_that_a_link_leads_to(trapped: Run, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").symlink_to(trapped.path)
    assert is_refused(names(trapped, tmp_path / "elsewhere"))
    assert not list(trapped.path.rglob("ran"))


def test_so_is_code_through_a_link_in_the_run(trapped: Run, tmp_path: Path) -> None:
    (trapped.path / "out").symlink_to(tmp_path / "own")
    assert is_refused(names(trapped, trapped.path / "out"))


def test_so_are_data_from_there(run: Run, profile: RunProfile, runs: Path) -> None:
    data = CustomDataProfile(callable=f"{MODULE}:load", folder=run.path)
    text = (run.path / "profile.toml").read_text()
    begin, end = text.index("[data]"), text.index("[model]")
    table = f'[data]\nkind = "custom"\ncallable = "{data.callable}"\nfolder = "{data.folder}"\n'
    (run.path / "profile.toml").write_text(text[:begin] + table + text[end:])
    assert is_refused(Run(run.path))


def test_code_outside_is_run_as_before_and_may_have_moved(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own").rename(tmp_path / "moved")
    moved = names(run, tmp_path / "moved")
    resume_run(moved, device="cpu")
    assert moved.status().state == "finished"
    assert evaluate_run(moved, "test", device="cpu").result.samples == 50


def test_so_it_is_beside_the_runs_in_their_own_folder(run: Run, tmp_path: Path, runs: Path) -> None:
    (tmp_path / "own" / f"{MODULE}.py").rename(runs / f"{MODULE}.py")
    beside = names(run, runs)
    resume_run(beside, device="cpu")
    assert beside.status().state == "finished"
