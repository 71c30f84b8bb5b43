"""`--set key=value`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.config.overrides import (
    Overridden,
    Override,
    apply_overrides,
    parse_override,
    switch_kind,
)
from workbench.config.schema import node_at
from workbench.errors import ProfileError


def changed(table: dict[str, Any], *texts: str) -> Overridden:
    return apply_overrides(table, [parse_override(text) for text in texts])


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("seed=3", ("seed",), 3),
        ("optimizer.lr=1e-3", ("optimizer", "lr"), 0.001),
        (" optimizer . lr = 0.5 ", ("optimizer", "lr"), 0.5),
        ("model.batch_norm=true", ("model", "batch_norm"), True),
        ("model.kind=vgg_a", ("model", "kind"), "vgg_a"),
        ("model.kind='vgg_a'", ("model", "kind"), "vgg_a"),
        ("data.mean=[0.5, 1]", ("data", "mean"), [0.5, 1]),
        ("data={kind='digits'}", ("data",), {"kind": "digits"}),
        ("name=a=b", ("name",), "a=b"),
        ("name=", ("name",), ""),
        ("name=1\nseed=2", ("name",), "1\nseed=2"),
        ("data.augment.0.padding=2", ("data", "augment", "0", "padding"), 2),
    ],
)
def test_values_are_toml_and_else_text(text: str, path: tuple[str, ...], value: object) -> None:
    assert parse_override(text) == Override(path, value)


@pytest.mark.parametrize(
    "text", ["", "seed", "=3", ".=3", "a..b=3", "." * 40 + "=1", "a." * 33 + "a=1"]
)
def test_a_malformed_override_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ProfileError, match="--set") as caught:
        parse_override(text)
    assert "optimizer.lr=1e-3" in caught.value.hint


def test_the_table_given_stays_as_it_is() -> None:
    table = {"training": {"epochs": 1}, "data": {"kind": "digits", "mean": [1.0]}}
    result = changed(table, "training.epochs=2", "data.mean.0=5.0")
    assert result.table == {"training": {"epochs": 2}, "data": {"kind": "digits", "mean": [5.0]}}
    assert table == {"training": {"epochs": 1}, "data": {"kind": "digits", "mean": [1.0]}}
    assert set(result.paths) == {("training", "epochs"), ("data", "mean", 0)}


def test_the_last_of_two_overrides_counts() -> None:
    assert changed({}, "seed=1", "seed=2").table == {"seed": 2}


def test_a_later_override_may_replace_what_an_earlier_one_reached_into() -> None:
    result = changed({}, "training.epochs=2", "training=[]")
    assert result.table == {"training": []}


def test_a_new_kind_keeps_the_keys_it_also_has_and_names_the_others() -> None:
    adam = {"kind": "adam", "lr": 0.1, "betas": [0.8, 0.9], "eps": 1e-6}
    result = changed({"optimizer": adam}, "optimizer.kind=sgd")
    assert result.table == {"optimizer": {"kind": "sgd", "lr": 0.1}}
    assert result.notes == ("optimizer.kind = sgd: dropped betas, eps",)


def test_a_kind_comes_before_the_keys_that_need_it() -> None:
    adam = {"kind": "adam", "lr": 0.1}
    result = changed({"optimizer": adam}, "optimizer.momentum=0.9", "optimizer.kind=sgd")
    assert result.table == {"optimizer": {"kind": "sgd", "lr": 0.1, "momentum": 0.9}}
    assert result.notes == ()


def test_an_item_of_a_list_can_change_its_kind() -> None:
    table = {"data": {"kind": "digits", "augment": [{"kind": "random_crop", "padding": 1}]}}
    result = changed(table, "data.augment.0.kind=horizontal_flip")
    assert result.table["data"]["augment"] == [{"kind": "horizontal_flip"}]
    assert result.notes == ("data.augment.0.kind = horizontal_flip: dropped padding",)


def test_a_kind_that_does_not_exist_drops_nothing() -> None:
    adam = {"kind": "adam", "eps": 1e-6}
    result = changed({"optimizer": adam}, "optimizer.kind=adm")
    assert result.table == {"optimizer": {"kind": "adm", "eps": 1e-6}}


def test_a_key_of_a_section_the_file_lacks_gets_the_default_kind() -> None:
    assert changed({}, "model.blocks=2").table == {"model": {"kind": "se_resnet", "blocks": 2}}
    assert changed({}, "model.kind=vgg_a").table == {"model": {"kind": "vgg_a"}}


def test_one_item_of_a_default_list_can_be_set() -> None:
    result = changed({}, "optimizer.betas.0=0.5")
    assert result.table == {"optimizer": {"kind": "adam", "betas": [0.5, 0.999]}}


@pytest.mark.parametrize(
    ("override", "problem"),
    [
        ("data.augment.1.padding=2", "the list has no place '1', it has 1 value"),
        ("data.augment.first.p=2", "the list has no place 'first'"),
        (f"data.augment.{'9' * 5000}.p=2", "the list has no place '9999"),
        ("data.mean.0=2", "data.mean.0: the list has no place '0', it has 0 values"),
        ("seed.x=2", "seed.x: 'x' is looked for in 1 (from --set)"),
    ],
)
def test_a_key_that_leads_nowhere_is_refused(override: str, problem: str) -> None:
    table = {"seed": 1, "data": {"kind": "digits", "augment": [{"kind": "random_crop"}]}}
    with pytest.raises(ProfileError) as caught:
        changed(table, override)
    assert problem in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("override", "whole"),
    [
        ("data.augment.0.kind=mixup", "'data.augment=[{kind = \"mixup\"}]'"),
        ("data.augment.0=mixup", "'data.augment=[{kind = \"mixup\"}]'"),
        ("data.augment.0.ratio.0=1", "'data.augment=[{kind = \"random_erasing\", ratio = [1]}]'"),
        ("data.augment.0.a b=x'y", '\'data.augment=[{"a b" = "x\'"\'"\'y"}]\''),
        ("data.mean.0=0.5", "'data.mean=[0.5]'"),
        (f"data.mean.0=0x{'f' * 9000}", f"'data.mean=[0x{'f' * 196}…'"),
    ],
)
def test_a_place_in_an_empty_list_is_refused_with_the_whole_list_to_write(
    override: str, whole: str
) -> None:
    with pytest.raises(ProfileError) as caught:
        changed({"data": {"kind": "digits"}}, override)
    assert caught.value.hint == f"write the whole list, as in --set {whole}"


def test_relative_paths_are_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table = {"data": {"kind": "image_folder", "root": "in-file"}}
    assert changed(table, "seed=1").table["data"]["root"] == "in-file"
    here = str(tmp_path / "images")
    assert changed(table, "data.root=images").table["data"]["root"] == here
    whole = changed({}, "data={kind='image_folder', root='images'}")
    assert whole.table["data"]["root"] == here
    assert changed(table, "data.root=~/images").table["data"]["root"] == "~/images"
    assert changed(table, "data.root=/images").table["data"]["root"] == "/images"


def test_switching_back_and_forth_keeps_what_both_kinds_have() -> None:
    node = node_at(("optimizer",), {})
    there = switch_kind({"kind": "adam", "lr": 0.1, "eps": 1.0}, node, "sgd")
    assert switch_kind(there, node, "adam") == {"kind": "adam", "lr": 0.1}
