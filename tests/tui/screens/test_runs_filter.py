from __future__ import annotations

import pytest

from workbench.tui.screens.runs_filter import parse_filter

ROWS: list[dict[str, object]] = [
    {"id": "a-1", "state": "finished", "optimizer.lr": 1e-3, "tags": "base, final"},
    {"id": "b-2", "state": "failed", "optimizer.lr": 1e-1, "tags": "", "note": "Größer"},
]
NAMES = {"id", "state", "optimizer.lr", "tags", "note"}


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("", ["a-1", "b-2"]),
        ("FIN", ["a-1"]),
        ("größer", ["b-2"]),
        ("optimizer.lr<=1e-3", ["a-1"]),
        ("optimizer.lr > 1e-3", ["b-2"]),
        ("state=failed größer", ["b-2"]),
        ("state=failed base", []),
        ("tags=final", ["a-1"]),
        ("tags!=final", ["b-2"]),
        ("state='finished'", ["a-1"]),
        ("an open 'quotation", []),
    ],
)
def test_all_words_and_conditions_of_a_line_must_hold(line: str, ids: list[str]) -> None:
    chosen = parse_filter(line, NAMES)
    assert [row["id"] for row in ROWS if chosen.holds(row)] == ids
    assert chosen.problem == ""


def test_an_unknown_name_is_told_with_the_nearest_and_selects_nothing_out() -> None:
    chosen = parse_filter("optimiser.lr<1", NAMES)
    assert chosen.problem == "no value optimiser.lr; did you mean optimizer.lr?"
    assert all(map(chosen.holds, ROWS))


def test_half_a_condition_is_told() -> None:
    assert "is no condition" in parse_filter("state=", NAMES).problem
