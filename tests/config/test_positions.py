"""Lines of keys in TOML text."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from workbench.config.positions import key_lines
from workbench.config.profile import RunProfile
from workbench.config.schema import KeyPath
from workbench.config.writing import profile_to_toml

TEXT = '''\
name = "a"  # [not.a.table]
"quoted key" = 1

[data]
kind = "image_folder"
root = """
[still = "text"]
"""
mean = [
  0.1, # one
  0.2,
]
[[data.augment]]
kind = "random_crop"
[[data.augment]]
kind = 'horizontal_flip'
p = 0.5
[data.augment.extra]
x = 1
[optimizer]
betas = [0.9, 0.99]
a."b.c".d = 1979-05-27 07:32:00
inline = { x = 1, y.z = [1, { w = 2 }] }
"esc\\u0061ped" = true
training.epochs = 1.5e-3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("quoted key",), 2),
        (("data",), 4),
        (("data", "root"), 6),
        (("data", "mean"), 9),
        (("data", "mean", 0), 10),
        (("data", "mean", 1), 11),
        (("data", "augment", 0), 13),
        (("data", "augment", 0, "kind"), 14),
        (("data", "augment", 1, "p"), 17),
        (("data", "augment", 1, "extra"), 18),
        (("data", "augment", 1, "extra", "x"), 19),
        (("optimizer", "betas", 1), 21),
        (("optimizer", "a", "b.c", "d"), 22),
        (("optimizer", "inline", "y", "z", 1, "w"), 23),
        (("optimizer", "escaped"), 24),
        (("optimizer", "training", "epochs"), 25),
    ],
)
def test_a_key_has_the_line_it_is_written_on(path: KeyPath, line: int) -> None:
    assert key_lines(TEXT)[path] == line


def test_every_key_of_the_text_has_a_line_and_no_other_has() -> None:
    assert set(key_lines(TEXT)) == set(_paths(tomllib.loads(TEXT)))


def test_tables_of_a_multi_line_list_have_their_own_lines() -> None:
    lines = key_lines("a = [\n  { kind = 1 },\n\n  { kind = 2 }, { kind = 3 } ]\nb = 1")
    assert [lines["a", i, "kind"] for i in range(3)] == [2, 4, 4]
    assert lines["b",] == 5


@given(st.from_type(RunProfile))
def test_the_line_of_every_key_holds_that_key(profile: RunProfile) -> None:
    table = profile.model_dump(mode="json")
    for text in (tomli_w.dumps(table), profile_to_toml(profile)):
        lines, written = key_lines(text), text.split("\n")
        for path in _paths(table):
            if isinstance(path[-1], str):
                assert path[-1] in written[lines[path] - 1]


@given(
    st.recursive(
        st.text() | st.integers() | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_any_toml_text_has_the_lines_of_all_its_keys(value: object) -> None:
    text = tomli_w.dumps({"key": value})
    assert set(key_lines(text)) == set(_paths(tomllib.loads(text)))


def _paths(value: object, path: KeyPath = ()) -> Iterator[KeyPath]:
    """Every key and list item of a parsed table."""
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))
