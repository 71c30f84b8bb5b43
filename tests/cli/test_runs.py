"""`workbench runs`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.imports import output_and_imports
from workbench.store.runs import Run

Workbench = Callable[..., Result]

ROOT = Path(__file__).parents[2]


def ids(result: Result) -> list[str]:
    return [line.split()[0] for line in result.stdout.splitlines()[1:]]


# What is listed


def test_without_runs_it_says_how_to_start_one_and_prints_no_data(
    workbench: Workbench, runs: Path
) -> None:
    result = workbench("runs")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == (
        f"no runs in {runs} yet; start one with: workbench run profiles/quickstart.toml\n"
    )
    assert not runs.exists()


def test_runs_are_listed_with_state_progress_and_best(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("runs")
    head, line = result.stdout.splitlines()
    assert head.split() == ["id", "state", "epochs", "best", "seconds"]
    assert line.split() == [run.id, "finished", "2/3", "val", "20.00", "%", "2.5", "s"]
    assert result.stderr == ""


def test_a_run_that_lives_a_dead_one_and_an_ended_one_are_told_apart(
    workbench: Workbench, recorded: Callable[..., Run], held: Callable[..., Run]
) -> None:
    states = {
        recorded("ended", "diverged", "loss became NaN").id: "diverged",
        recorded("dead", None).id: "interrupted",
        held("living").id: "running",
        held("waiting", paused=True).id: "paused",
    }
    rows = json.loads(workbench("runs", "--json").stdout)
    assert {row["id"]: row["state"] for row in rows} == states


def test_a_damaged_folder_is_a_row_like_others(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    (recorded("one").path / "status.json").write_text('{"state": "fin')
    (recorded("two").path / "profile.toml").write_text("name = [")
    result = workbench("runs", "--columns", "name,state,reason")
    assert result.exit_code == 0
    lines = sorted(line.strip().split(maxsplit=2) for line in result.stdout.splitlines()[1:])
    assert lines[0] == ["-", "finished", "-"]
    assert lines[1][:2] == ["one", "unreadable"]
    assert lines[1][2].startswith("status.json: ")


def test_names_and_reasons_of_other_programs_cannot_steer_the_terminal(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    status = json.loads((run.path / "status.json").read_text())
    status["reason"] = "\x1b[2J[red]boom[/red]"
    (run.path / "status.json").write_text(json.dumps(status))
    (run.path / "profile.toml").write_text('name = "a\\u001b[31mb"\n')
    result = workbench("runs", "--columns", "name,reason")
    assert "\x1b" not in result.stdout
    assert "[red]boom[/red]" in result.stdout


# Choosing


def test_limit_shows_the_newest(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    newest = max(recorded(name).id for name in ("one", "two", "three"))
    assert ids(workbench("runs", "--limit", 1)) == [newest]
    assert len(ids(workbench("runs", "--limit", 0))) == 3


def test_where_keeps_the_runs_for_which_all_conditions_hold(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded("one")
    run = recorded("two", "stopped")
    recorded("three", "stopped")
    result = workbench("runs", "--where", "state=stopped", "--where", 'name="two"')
    assert ids(result) == [run.id]


def test_sort_orders_by_a_value_and_a_dash_turns_it_round(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    three, one, two = (recorded(f"of-{n}", epochs=n).id for n in (3, 1, 2))
    assert ids(workbench("runs", "--sort", "epochs")) == [one, two, three]
    assert ids(workbench("runs", "--sort", "-best")) == [three, two, one]
    assert ids(workbench("runs", "--sort", "-best", "--limit", 2)) == [three, two]


def test_columns_may_be_any_key_of_the_profile_or_metric(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded()
    result = workbench("runs", "--columns", " name, optimizer.lr,val/accuracy,images_per_second,")
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["name", "optimizer.lr", "val/accuracy", "images_per_second"],
        ["quick", "0.001", "20.00", "%", "1,500"],
    ]


def test_when_nothing_matches_it_says_so_and_exits_0(
    workbench: Workbench, runs: Path, recorded: Callable[..., Run]
) -> None:
    recorded()
    result = workbench("runs", "--where", "epochs>5")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"no run in {runs} matches; `workbench runs` shows all\n"


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["--sort", "bets"], "no run has a value 'bets'", "did you mean 'best'?"),
        (["--where", "optimizr.lr<1"], "no run has a value 'optimizr.lr'", "did you mean"),
        (["--where", "lr"], "'lr' is not a condition", "write a name, one of"),
        (["--columns", "nope"], "no run has a value 'nope'", "workbench runs --json"),
        (["--columns", ","], "--columns names no column", "by default it is id,"),
        (["--limit", "-1"], "invalid value for '--limit'", "workbench runs --help"),
    ],
)
def test_a_wrong_choice_exits_2_and_says_what_is_valid(
    workbench: Workbench,
    recorded: Callable[..., Run],
    args: list[str],
    message: str,
    hint: str,
) -> None:
    recorded()
    result = workbench("runs", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: {message}" in result.stderr
    assert f"hint: {hint}" in result.stderr


# For scripts


def test_json_is_one_list_of_flat_rows(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded("quick", "stopped", "because")
    result = workbench("runs", "--json")
    [row] = json.loads(result.stdout)
    expected: dict[str, Any] = {"id": run.id, "state": "stopped", "reason": "because", "epochs": 2}
    expected |= {"best": 0.2, "best.metric": "val/accuracy", "optimizer.lr": 0.001, "lr": 0.1}
    assert {name: row[name] for name in expected} == expected
    assert result.stderr == ""


def test_json_of_no_runs_is_an_empty_list(workbench: Workbench) -> None:
    assert workbench("runs", "--json").stdout == "[]\n"


def test_a_list_loads_neither_torch_nor_numpy(runs: Path, recorded: Callable[..., Run]) -> None:
    run = recorded()
    output, loaded = output_and_imports("runs")
    assert run.id in output
    assert "workbench.store.runs" in loaded
    assert not loaded & {"torch", "torchvision", "numpy", "textual", "plotext"}


# On terminals


def test_a_pipe_gets_whole_ids(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded("n" * 64)
    assert ids(workbench("runs")) == [run.id]


def test_on_a_narrow_terminal_the_date_gives_way_and_nothing_else(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run]
) -> None:
    run = recorded("narrow")
    screen = on_terminal("runs", columns=60)
    _, line = screen.lines
    shown, *rest = line.split()
    assert shown.startswith("…")
    assert run.id.endswith(shown[1:])
    assert rest == ["finished", "2/3", "val", "20.00", "%", "2.5", "s"]


def test_columns_that_do_not_fit_go_on_in_the_next_line(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run]
) -> None:
    recorded("narrow")
    names = "name,created,data.kind,optimizer.lr,training.batch_size,images_per_second"
    screen = on_terminal("runs", "--columns", names, columns=50)
    assert "images_per_second" in "".join(screen.lines)
    assert "1,500" in screen.lines[-1]


def test_states_are_coloured_unless_no_color_is_set(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run]
) -> None:
    recorded("broken", "failed")
    assert "\x1b[31mfailed" in on_terminal("runs").raw
    assert "\x1b[31m" not in on_terminal("runs", NO_COLOR="1").raw


def test_columns_select_the_keys_of_json_too(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("runs", "--json", "--columns", "id,optimizer.lr,id")
    assert json.loads(result.stdout) == [{"id": run.id, "optimizer.lr": 0.001}]
    assert workbench("runs", "--json", "--columns", "nope").exit_code == 2


def test_a_key_means_the_same_in_every_command(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded("quick", "stopped", "because")
    [row] = json.loads(workbench("runs", "--json").stdout)
    facts = json.loads(workbench("show", run.id, "--json").stdout)
    shared = row.keys() & facts.keys() - {"best", "profile"}
    assert {"epochs", "steps", "total_epochs", "total_steps", "seconds"} <= shared
    assert {key: row[key] for key in shared} == {key: facts[key] for key in shared}


def test_for_people_the_best_epoch_counts_from_1(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded()
    assert workbench("runs", "--columns", "best.epoch").stdout.split() == ["best.epoch", "2"]
