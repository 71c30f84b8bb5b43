"""The JSON schema of profiles."""

from __future__ import annotations

import json

from workbench.config.schema import chosen, fields, kinds, node_at, run_schema


def test_the_schema_says_what_it_is() -> None:
    schema = run_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "workbench run profile"
    assert json.loads(json.dumps(schema)) == schema


def test_every_field_has_its_help() -> None:
    sections = [run_schema(), *run_schema()["$defs"].values()]
    for section in sections:
        for name, field in section["properties"].items():
            assert name == "kind" or field.get("description"), name


def test_every_section_is_closed_and_asks_for_its_kind() -> None:
    for section in [run_schema(), *run_schema()["$defs"].values()]:
        assert section["additionalProperties"] is False
        assert ("kind" in section["properties"]) == ("kind" in section.get("required", []))


def test_the_way_to_a_key_follows_the_kinds_written() -> None:
    table = {"model": {"kind": "vgg_a"}, "data": {"augment": [{"kind": "random_crop"}]}}
    assert node_at(("model", "batch_norm"), table)["type"] == "boolean"
    assert node_at(("model", "blocks"), table) == {}
    assert node_at(("data", "augment", 0, "padding"), table)["type"] == "integer"
    assert node_at(("optimizer", "betas", 1), {})["exclusiveMaximum"] == 1
    assert node_at(("optimizer", "betas", 2), {}) == {}


def test_a_section_that_is_not_written_has_the_default_s_kind() -> None:
    optimizer = node_at(("optimizer",), {})
    assert set(kinds(optimizer)) == {"adam", "adamw", "sgd"}
    assert chosen(optimizer, None) == kinds(optimizer)["adam"]
    assert "momentum" in fields(chosen(optimizer, {"kind": "sgd"}))
