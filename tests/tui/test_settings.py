"""What is remembered between two starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.errors import WriteError
from workbench.tui.settings import Settings, load_settings, save_settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "tui.toml"


def test_what_was_saved_is_loaded(path: Path) -> None:
    settings = Settings(theme="nord", columns=("id", "best"), smoothing=0.5, bell=False)
    save_settings(settings, path)
    assert load_settings(path) == settings


def test_without_a_file_the_defaults_hold(path: Path) -> None:
    assert load_settings(path) == Settings()


@pytest.mark.parametrize("content", [b"theme = ", b"\xff", b"[[["], ids=repr)
def test_what_is_no_toml_is_left_out(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert load_settings(path) == Settings()


def test_what_a_file_says_wrongly_or_too_much_is_left_out_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("theme = 'nord'\nbell = 'loud'\nsmoothing = 7\nfuture = 1\n")
    assert load_settings(path) == Settings(theme="nord")


def test_where_they_cannot_be_kept_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError):
        save_settings(Settings(), tmp_path / "file" / "tui.toml")
