"""Where the cache lies."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.config.data import Cifar10Profile
from workbench.config.places import datasets_folder, user_cache


def test_the_variable_names_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path))
    assert user_cache() == tmp_path
    assert datasets_folder() == tmp_path / "datasets"


def test_a_relative_cache_is_relative_to_where_the_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not to a profile's folder, as the paths in it are."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_CACHE", "cache")
    profile = Cifar10Profile.model_validate({}, context={"base": "/elsewhere"})
    assert profile.root == tmp_path / "cache" / "datasets"


def test_without_it_the_cache_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", "")
    assert user_cache().is_absolute()
    assert "workbench" in user_cache().parts
