from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workbench.tui.groups import grouped
from workbench.tui.listing import Entry


def entries(*rows: dict[str, Any]) -> list[Entry]:
    return [Entry(str(place), {"state": "finished", **row}) for place, row in enumerate(rows)]


def shape(groups: list[Any]) -> list[tuple[str, list[str]]]:
    return [(group.value, [entry.key for entry in group.entries]) for group in groups]


def test_without_a_name_all_are_one_group() -> None:
    found = grouped(entries({"name": "a"}, {"name": "b"}), "", "-id")
    assert shape(found) == [("", ["0", "1"])]


def test_groups_come_in_the_order_of_their_values_and_keep_that_of_their_entries() -> None:
    rows = [{"optimizer.lr": lr} for lr in (0.1, 0.01, 0.1, 2.0, 0.01)]
    found = grouped(entries(*rows), "optimizer.lr", "-id")
    assert shape(found) == [("0.01", ["1", "4"]), ("0.1", ["0", "2"]), ("2", ["3"])]
    assert found[0].size == "2 runs"


def test_sorted_downwards_by_the_same_value_the_groups_go_down_too() -> None:
    found = grouped(entries({"name": "a"}, {"name": "b"}), "name", "-name")
    assert [group.value for group in found] == ["b", "a"]


def test_those_that_lack_the_value_come_last() -> None:
    found = grouped(entries({}, {"tags": "base"}, {"tags": ""}), "tags", "-tags")
    assert shape(found) == [("base", ["1"]), ("", ["0", "2"])]


def test_live_states_come_first() -> None:
    rows = entries({"state": "failed"}, {"state": "running"}, {"state": "finished"})
    assert [group.value for group in grouped(rows, "state", "-id")] == [
        "running",
        "failed",
        "finished",
    ]


@given(st.lists(st.sampled_from(["", "a", "b", "c"])), st.sampled_from(["id", "-id", "-tags"]))
def test_each_entry_is_in_one_group_with_its_like(tags: list[str], sort: str) -> None:
    before = entries(*({"tags": each} for each in tags))
    groups = grouped(before, "tags", sort)
    assert sorted(e.key for g in groups for e in g.entries) == sorted(e.key for e in before)
    for group in groups:
        assert {entry.row["tags"] for entry in group.entries} <= {group.value}
        assert [*group.entries] == [entry for entry in before if entry in group.entries]
