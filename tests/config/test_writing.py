"""A profile written as TOML."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from workbench.config.loading import load_profile
from workbench.config.optimizer import AdamProfile, SGDProfile
from workbench.config.problems import validated
from workbench.config.profile import RunProfile
from workbench.config.writing import profile_to_toml, table_to_toml


@given(st.from_type(RunProfile))
def test_what_is_written_reads_back_equal(profile: RunProfile) -> None:
    assert validated(tomllib.loads(profile_to_toml(profile)), Path("/elsewhere")) == profile


@given(st.from_type(RunProfile))
def test_what_is_written_holds_nothing_that_could_steer_a_terminal(profile: RunProfile) -> None:
    text = profile_to_toml(profile)
    assert all(c.isprintable() or c == "\n" for c in text)


def test_every_default_is_spelled_out() -> None:
    table = tomllib.loads(profile_to_toml(RunProfile()))
    assert table["training"]["early_stopping"] == {"patience": 0, "min_delta": 0.0}
    assert table["data"]["augment"] == []
    assert table == RunProfile().model_dump(mode="json")


def test_kind_comes_first_and_tables_last() -> None:
    lines = profile_to_toml(RunProfile()).splitlines()
    assert lines[:2] == ['name = "run"', "seed = 42"]
    assert lines[lines.index("[optimizer]") + 1] == 'kind = "adam"'
    assert lines.index("max_steps = 0") < lines.index("[training.early_stopping]")


def test_numbers_are_as_a_person_writes_them() -> None:
    profile = RunProfile(optimizer=AdamProfile(lr=1e-3, eps=1e-8, weight_decay=5))
    lines = profile_to_toml(profile).splitlines()
    assert {"lr = 0.001", "eps = 1e-8", "weight_decay = 5.0", "validation = 0.1"} <= {*lines}
    assert "betas = [0.9, 0.999]" in lines


def test_a_count_of_validation_images_is_written_as_a_whole_number() -> None:
    profile = validated({"data": {"kind": "digits", "validation": 100}}, Path())
    assert "validation = 100\n" in profile_to_toml(profile)


@given(st.floats(1e-300, 0.9))
def test_no_digit_of_a_number_is_lost(momentum: float) -> None:
    text = profile_to_toml(RunProfile(optimizer=SGDProfile(momentum=momentum)))
    assert math.isclose(tomllib.loads(text)["optimizer"]["momentum"], momentum, rel_tol=0)


def test_a_written_profile_means_the_same_in_any_folder(tmp_path: Path) -> None:
    (tmp_path / "here.toml").write_text('data = { kind = "image_folder", root = "images" }')
    first = load_profile(tmp_path / "here.toml").profile
    there = tmp_path / "far" / "away"
    there.mkdir(parents=True)
    (there / "profile.toml").write_text(profile_to_toml(first))
    assert load_profile(there / "profile.toml").profile == first


KEYS = st.text(max_size=8)
PLAIN = st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
TABLES = st.recursive(
    st.dictionaries(KEYS, PLAIN, max_size=3),
    lambda inner: st.dictionaries(KEYS, PLAIN | inner | st.lists(PLAIN | inner, max_size=3)),
    max_leaves=12,
)


@given(TABLES)
def test_any_table_reads_back_equal(table: dict[str, object]) -> None:
    assert tomllib.loads(table_to_toml(table)) == table
