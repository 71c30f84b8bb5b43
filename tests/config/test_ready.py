"""The profiles that come with the program."""

from __future__ import annotations

from workbench.config.loading import load_profile
from workbench.config.ready import ready_files, ready_profiles


def test_a_quick_start_is_among_the_ready_profiles() -> None:
    assert (ready_profiles() / "quickstart.toml").is_file()


def test_every_ready_profile_is_listed_and_loads() -> None:
    files = ready_files()
    assert len(files) > 2
    for path in files:
        assert load_profile(path).path == path
