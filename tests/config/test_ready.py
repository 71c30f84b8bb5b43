"""The profiles that come with the program."""

from __future__ import annotations

from workbench.config.ready import ready_profiles


def test_a_quick_start_is_among_the_ready_profiles() -> None:
    assert (ready_profiles() / "quickstart.toml").is_file()
