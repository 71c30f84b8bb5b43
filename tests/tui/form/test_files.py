"""Taking profiles from files and runs, and saving them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.config.loading import load_profile
from workbench.config.ready import ready_files
from workbench.errors import ProfileError, WorkbenchError
from workbench.store.runs import RunStore
from workbench.tui.form.saving import (
    Loss,
    content_of,
    full_text,
    loses,
    save,
    short_text,
    wrong_with,
)
from workbench.tui.form.sources import sources, take, why_kept


def test_what_is_saved_loads_as_the_same_profile(tmp_path: Path) -> None:
    for number, ready in enumerate(ready_files()):
        taken = take(ready)
        save(taken.table, taken.base, tmp_path / f"{number}.toml")
        assert load_profile(tmp_path / f"{number}.toml").profile == load_profile(ready).profile


@pytest.mark.parametrize("ready", ready_files(), ids=lambda path: path.stem)
def test_a_ready_profile_is_not_a_file_to_save_to(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "link").symlink_to(ready)
    monkeypatch.chdir(ready.parent)
    for spelling in (ready, Path(ready.name), tmp_path / "link"):
        assert take(spelling).path is None
        assert "comes with the program" in why_kept(spelling)
    assert "choose another place" in wrong_with(ready.name)


def test_a_file_is_called_after_itself_and_saved_to_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = 1\n")
    taken = take(path)
    assert (taken.table, taken.path) == ({"name": "mine", "seed": 1}, path)


def test_relative_paths_stay_in_their_folder_and_are_spelled_out_elsewhere(tmp_path: Path) -> None:
    table = {"name": "a", "data": {"kind": "image_folder", "root": "pictures"}}
    other = tmp_path / "other"
    other.mkdir()
    save(table, tmp_path, tmp_path / "a.toml")
    save(table, tmp_path, other / "a.toml")
    assert 'root = "pictures"' in (tmp_path / "a.toml").read_text()
    assert load_profile(tmp_path / "a.toml").profile == load_profile(other / "a.toml").profile


def test_a_run_s_own_record_is_taken_but_never_saved_to(tmp_path: Path) -> None:
    run = RunStore(tmp_path).create(load_profile(ready_files()[0]).profile)
    assert take(run).table["name"] == run.profile["name"]
    assert take(run.path / "profile.toml").path is None
    assert wrong_with(str(run.path / "profile.toml"))
    assert run.id in " ".join(source.label for source in sources([run]))


def test_what_is_no_toml_is_refused_with_its_error(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = = 1")
    with pytest.raises(WorkbenchError, match="is not TOML"):
        take(path)


@pytest.mark.parametrize(
    "name", ["~nobody-here/x.toml", "a\0.toml", "x" * 300 + ".toml", ".", "pipe", "missing.toml"]
)
def test_what_cannot_be_read_is_refused_in_words(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with pytest.raises(ProfileError):
        take(Path(name))


def test_what_writing_over_a_file_loses_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    assert loses(path) is Loss.NOTHING
    path.write_text("seed = 1 # why\n")
    known = content_of(path)
    assert loses(path) is loses(path, known) is Loss.COMMENTS
    path.write_text("seed = 1\n")
    assert loses(path) is Loss.PROFILE
    assert loses(path, known) is Loss.CHANGES
    assert loses(path, content_of(path)) is Loss.NOTHING
    path.write_bytes(b"\xff")
    assert loses(path) is loses(path, known) is Loss.OTHER


@pytest.mark.parametrize("name", ["", "a.txt", "no/folder/a.toml", "a\0.toml", "x" * 300 + ".toml"])
def test_a_place_that_cannot_be_saved_to_is_refused(name: str, tmp_path: Path) -> None:
    assert wrong_with(f"{tmp_path}/{name}")


def test_the_full_text_has_every_default_and_the_short_one_none() -> None:
    table = {"name": "a", "optimizer": {"kind": "adam", "lr": 0.001}}
    assert short_text(table) == 'name = "a"\n\n[optimizer]\nkind = "adam"\n'
    assert "lr = 0.001" in full_text(table)
    assert "[training.early_stopping]" in full_text(table)


def test_where_a_disk_says_no_saving_itself_tells_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "stat", refuse)
    monkeypatch.setattr(os, "lstat", refuse)
    assert loses(tmp_path / "mine.toml") is Loss.NOTHING
