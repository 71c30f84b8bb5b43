"""Guards around files and TOML text."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from workbench.config.reading import parse, read_text
from workbench.errors import ProfileError


def refusal(path: Path) -> str:
    with pytest.raises(ProfileError) as caught:
        read_text(path)
    assert caught.value.path == path
    return caught.value.message.removeprefix(f"{path}: ")


def test_a_missing_file_is_told_with_a_way_on(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="does not exist") as caught:
        read_text(tmp_path / "none.toml")
    assert "workbench init" in caught.value.hint


def test_a_folder_is_no_profile(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "is a folder"


def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == "is not a regular file"


def test_a_device_is_refused() -> None:
    assert refusal(Path(os.devnull)) == "is not a regular file"


def test_an_unreadable_file_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert refusal(tmp_path / "loop").startswith("cannot be read: ")


def test_an_impossible_path_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a\0b").startswith("cannot be read: ")


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.toml"
    path.write_bytes(b"#" * (256 * 1024))
    assert read_text(path)
    path.write_bytes(b"#" * (256 * 1024 + 1))
    assert refusal(path) == "is larger than 256 kB, so it is no profile"


def test_other_encodings_are_told_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.toml"
    path.write_bytes("# one\nname = 'é'".encode("latin-1"))
    assert refusal(path) == "line 2: is not text in UTF-8"


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbfseed = 1\r\n")
    assert parse(read_text(path)) == {"seed": 1}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1\nb = \n", "line 2: is not TOML: "),
        ("a = 1\na = 2\n", "line 2: is not TOML: "),
        ("a = 1\n\nb = 'x", "line 3: is not TOML: "),
        (f"a = {10**4000}{10**4000}", "is not TOML: "),
        (f"a = {'[' * 65}", "line 1: has more than 64 nested brackets"),
        (f"\n{'a.' * 32}a = 1", "line 2: has a dotted key of more than 32 levels"),
        (f"a.{'b' * 1000} = 1", "line 1: has a dotted key of more than 32 levels"),
        (f"a = {{ {'a.' * 32}a = 1 }}", "line 1: has a dotted key of more than 32 levels"),
        (f"['{'b' * 1000}' . \"c\"]", "line 1: has a dotted key of more than 32 levels"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse(text)
    assert caught.value.message.startswith(problem)
    assert len(caught.value.problems) == 1


def test_unquoted_text_has_a_hint() -> None:
    with pytest.raises(ProfileError) as caught:
        parse("kind = adam")
    assert "quotes" in caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        f"a = {'[' * 64}{']' * 64}",
        f"a = '{'[' * 100}'  # {'[' * 100}",
        f"a = '{'b.' * 1000}'",
        f'a = """\n{"b." * 1000}\n"""',
        f"[{'.'.join('a' * 32)}]",
        f"a = [{'1.5, ' * 1000}]",
    ],
)
def test_depth_within_bounds_and_in_text_is_fine(text: str) -> None:
    assert parse(text)


@pytest.mark.parametrize(
    "text",
    ["a." * 20_000, "a = " + "[" * 20_000, '"""\\' * 20_000, '"\\' * 20_000, "'''" + "'a" * 20_000],
)
def test_hostile_text_is_answered_soon(text: str) -> None:
    begin = time.perf_counter()
    with pytest.raises(ProfileError):
        parse(text)
    assert time.perf_counter() - begin < 1
