from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.events import BestImproved, EpochEnded, Event
from workbench.store.record import record
from workbench.store.rows import Row, check_names, flatten, parse_condition, row_of, sorted_rows
from workbench.store.runs import Run

Training = Callable[..., Iterator[Event]]

ROW: Row = {
    "id": "20261123-090000-quick-00000a",
    "state": "finished",
    "epoch": 3,
    "best": 0.75,
    "optimizer.lr": 1e-3,
    "model.batch_norm": True,
    "name": "quick",
    "data.mean": [0.5, 0.5],
    "images_per_second": math.nan,
    "created": None,
}


def holds(condition: str) -> bool:
    return parse_condition(condition).holds(ROW)


def ids(rows: list[Row]) -> str:
    return "".join(str(row["id"]) for row in rows)


# A run as a row


def test_a_row_has_state_best_metrics_and_profile(run: Run, training: Training) -> None:
    best = BestImproved("val/accuracy", 0.5, 1, 8, lambda file: None)
    for _ in record(iter([*training(), best]), run):
        pass
    row = row_of(run)
    assert row["id"] == run.id
    assert (row["state"], row["epochs"], row["total_epochs"]) == ("finished", 3, 3)
    assert (row["steps"], row["total_steps"]) == (12, 12)
    assert (row["best"], row["best.metric"], row["best.epoch"]) == (0.5, "val/accuracy", 1)
    assert row["val/accuracy"] == 2.0
    assert row["loss"] == 11.0
    assert row["name"] == "quick"
    assert row["optimizer.lr"] == 1e-3


def test_every_recorded_metric_can_be_sorted_by_and_asked_for(run: Run, training: Training) -> None:
    on_test = EpochEnded(2, 12, {"test/top5_accuracy": 0.9}, 3.0)
    for _ in record(iter([*training(), on_test]), run):
        pass
    row = row_of(run)
    assert row["test/top5_accuracy"] == 0.9
    assert parse_condition("test/top5_accuracy>=0.9").holds(row)
    assert not parse_condition("test/top5_accuracy>0.95").holds(row)
    assert sorted_rows([{"id": "other"}, row], "-test/top5_accuracy")[0] == row


def test_a_run_that_has_no_best_epoch_yet_has_none_in_its_row(run: Run) -> None:
    assert not {"best", "best.metric", "best.epoch"} & row_of(run).keys()


def test_a_profile_that_cannot_be_read_leaves_the_rest_of_the_row(run: Run) -> None:
    (run.path / "profile.toml").write_text("name = ")
    row = row_of(Run(run.path))
    assert row["state"] == "queued"
    assert "optimizer.lr" not in row


def test_keys_of_another_programs_profile_do_not_hide_the_runs_state(run: Run) -> None:
    (run.path / "profile.toml").write_text('id = "x"\nstate = "solid"\nepochs = 90\nlr = 0.1\n')
    row = row_of(Run(run.path))
    assert (row["id"], row["state"], row["epochs"], row["lr"]) == (run.id, "queued", 0, 0.1)


# Flat names


def test_nested_tables_become_dotted_names() -> None:
    table = {"seed": 1, "training": {"epochs": 3, "early_stopping": {"patience": 2}}}
    assert flatten(table) == {
        "seed": 1,
        "training.epochs": 3,
        "training.early_stopping.patience": 2,
    }


def test_lists_of_tables_are_numbered_and_other_lists_are_values() -> None:
    table = {"augment": [{"kind": "crop"}, {"kind": "flip"}], "mean": [0.5, 0.6], "none": []}
    assert flatten(table) == {
        "augment.0.kind": "crop",
        "augment.1.kind": "flip",
        "mean": [0.5, 0.6],
        "none": [],
    }


# Conditions


@pytest.mark.parametrize(
    ("comparison", "below", "equal", "above"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        ("=", False, True, False),
        ("==", False, True, False),
        ("!=", True, False, True),
        (">=", False, True, True),
        (">", False, False, True),
    ],
)
def test_every_comparison(comparison: str, below: bool, equal: bool, above: bool) -> None:
    condition = parse_condition(f"epoch{comparison}3")
    assert [condition.holds({"epoch": n}) for n in (2, 3, 4)] == [below, equal, above]


@pytest.mark.parametrize(
    "condition",
    [
        "optimizer.lr<=1e-3",
        "optimizer.lr = 0.001",
        "  epoch  >=  3  ",
        "best=0.75",
        "best<inf",
        "state=finished",
        'state="finished"',
        "state='finished'",
        "state!=failed",
        "id=20261123-090000-quick-00000a",
        "model.batch_norm=true",
        "data.mean=[0.5, 0.5]",
        "name<=quick",
    ],
)
def test_conditions_that_hold(condition: str) -> None:
    assert holds(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "optimizer.lr>1e-3",
        "state=Finished",
        "state=finish",
        "images_per_second>0",
        "images_per_second<=0",
        "images_per_second=nan",
    ],
)
def test_conditions_that_do_not_hold(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize("comparison", ["<", "<=", "=", "!=", ">=", ">"])
def test_a_name_that_a_row_lacks_never_holds(comparison: str) -> None:
    assert not holds(f"optimizer.momentum{comparison}0.9")


@pytest.mark.parametrize(
    "condition",
    ["state<3", "best>high", "created<0", "data.mean>0.4", "epoch<2026-11-23", "epoch<[4]"],
)
def test_values_that_cannot_be_compared_never_hold(condition: str) -> None:
    assert not holds(condition)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a=1", 1),
        ("a=1e-3", 1e-3),
        ("a=true", True),
        ("a=sgd", "sgd"),
        ("a='1'", "1"),
        ("a=[1, 2]", [1, 2]),
        ("a=two words", "two words"),
        ("a=b=c", "b=c"),
        (f"a={'9' * 5000}", "9" * 5000),
        (f"a={'[' * 5000}", "[" * 5000),
    ],
)
def test_a_value_is_toml_or_else_a_string(text: str, value: object) -> None:
    parsed = parse_condition(text).value
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    "text", ["", "lr", "lr<", "<1", "=", "lr 1e-3", "lr=<1e-3", "lr=>1", "lr===1", "lr<>1"]
)
def test_what_is_no_condition_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(WorkbenchError, match="is not a condition") as caught:
        parse_condition(text)
    assert "optimizer.lr<=1e-3" in caught.value.hint


# Sorting


def test_rows_are_sorted_by_number() -> None:
    rows: list[Row] = [{"id": "a", "lr": 10}, {"id": "b", "lr": 9.5}, {"id": "c", "lr": -1}]
    assert ids(sorted_rows(rows, "lr")) == "cba"
    assert ids(sorted_rows(rows, "-lr")) == "abc"


def test_missing_and_nan_come_last_both_ways() -> None:
    rows: list[Row] = [
        {"id": "a", "best": math.nan},
        {"id": "b", "best": 1.0},
        {"id": "c"},
        {"id": "d", "best": None},
        {"id": "e", "best": math.inf},
    ]
    assert ids(sorted_rows(rows, "best")) == "beacd"
    assert ids(sorted_rows(rows, "-best")) == "ebacd"


def test_rows_are_sorted_by_text() -> None:
    rows: list[Row] = [{"id": "a", "state": "stopped"}, {"id": "b", "state": "failed"}]
    assert ids(sorted_rows(rows, "state")) == "ba"


def test_numbers_and_texts_in_one_column_can_be_sorted() -> None:
    rows: list[Row] = [{"id": "a", "x": "word"}, {"id": "b", "x": 3}, {"id": "c", "x": [1]}]
    assert ids(sorted_rows(rows, "x")) == "bca"


@given(st.lists(st.one_of(st.none(), st.floats(), st.integers()), max_size=20))
def test_sorting_keeps_every_row_and_the_order_of_equal_ones(values: list[float | None]) -> None:
    rows: list[Row] = [{"id": place, "x": value} for place, value in enumerate(values)]
    in_order = sorted_rows(rows, "x")
    assert {row["id"] for row in in_order} == {*range(len(rows))}
    assert len(in_order) == len(rows)
    has_value = [row["x"] is not None and row["x"] == row["x"] for row in in_order]
    assert has_value == sorted(has_value, reverse=True)
    known = [(row["x"], row["id"]) for row in in_order[: sum(has_value)]]
    assert known == sorted(known)


# Names


def test_names_that_some_row_has_are_fine() -> None:
    rows: list[Row] = [{"id": "a"}, {"id": "b", "optimizer.momentum": 0.9}]
    names = ["id", "optimizer.momentum"]
    check_names(names, rows)
    with pytest.raises(WorkbenchError, match=r"optimizer\.momentum"):
        check_names(names, rows[:1])


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(WorkbenchError, match=r"no run has a value 'optimiser\.lr'") as caught:
        check_names(["optimiser.lr"], [ROW])
    assert caught.value.hint.startswith("did you mean 'optimizer.lr'?")


def test_upper_case_does_not_hide_the_nearest() -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_names(["STATE"], [ROW])
    assert "did you mean 'state'?" in caught.value.hint


def test_a_name_like_no_other_has_no_suggestion() -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_names(["qqq"], [ROW])
    assert caught.value.hint == "workbench runs --json shows all names"


def test_control_characters_of_a_name_are_written_out() -> None:
    with pytest.raises(WorkbenchError) as caught:
        check_names(["\x1b[2J"], [ROW])
    assert "\x1b" not in caught.value.message


def test_where_there_are_no_runs_every_name_is_fine() -> None:
    rows: list[Row] = []
    check_names(["anything"], rows)
    assert sorted_rows(rows, "anything") == []
