"""`workbench show`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from tests.cli.imports import output_and_imports
from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run

Workbench = Callable[..., Result]

ROOT = Path(__file__).parents[2]


def summary(result: Result) -> list[str]:
    return result.stdout.partition("\n\n")[0].splitlines()


def test_it_shows_state_progress_best_and_the_last_metrics(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded("quick", "stopped", "stopped after 12 steps")
    result = workbench("show", "latest")
    assert (result.exit_code, result.stderr) == (0, "")
    assert summary(result) == [
        f"{run.id}: stopped after 12 steps",
        "  what    data digits, model se_resnet, optimizer adam, seed 42",
        "  done    2/3 epochs, 8/12 steps in 2.5 s, 1,500 images/s",
        "  model   1,234 parameters on cpu",
        "  best    val/accuracy 20.00 % in epoch 2",
        "  train   loss 0.4, accuracy 10.00 %",
        "  val     loss 0.25, accuracy 20.00 %",
    ]


def test_it_draws_loss_and_accuracy_below(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded()
    _, loss, accuracy = workbench("show", "latest").stdout.split("\n\n")
    assert loss.startswith("Loss ")
    assert "val/loss" in loss
    assert accuracy.startswith("Accuracy ")
    assert "best 20.00% at epoch 2" in accuracy


def test_log_draws_the_loss_on_another_scale(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded()
    linear, logarithmic = (workbench("show", "latest", *args).stdout for args in ([], ["--log"]))
    assert linear.partition("Loss ")[0] == logarithmic.partition("Loss ")[0]
    assert linear != logarithmic


def test_a_running_run_is_shown_as_it_stands(
    workbench: Workbench, held: Callable[..., Run]
) -> None:
    run = held()
    result = workbench("show", run.id)
    assert summary(result)[0] == f"{run.id}: running"
    assert "  val     loss 0.5, accuracy 0.00 %" in summary(result)
    assert "━A━ train/loss" in result.stdout


def test_a_reason_stands_beside_the_state(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded("quick", "diverged", "loss became NaN at step 4")
    assert summary(workbench("show", run.id))[0] == (
        f"{run.id}: diverged (loss became NaN at step 4)"
    )


def test_the_profile_is_printed_as_toml_when_asked_for(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    recorded()
    assert 'kind = "se_resnet"' not in workbench("show", "latest").stdout
    assert 'kind = "se_resnet"' in workbench("show", "latest", "--profile").stdout.splitlines()


def test_tags_and_note_are_shown_where_there_are_any(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    assert "tags" not in workbench("show", run.id).stdout
    write_notes(run.path, Notes(tags=("baseline", "sgd"), note="first try\nand more"))
    lines = summary(workbench("show", run.id))
    assert lines[-2:] == ["  tags    baseline, sgd", "  note    first try and more"]


# The confusion table


def count(run: Run, **changes: object) -> Run:
    """Record a confusion table of the test set, by the weights of the second epoch."""
    counts = {"epoch": 1, "step": 8, "split": "test", "classes": ["cat", "dog"]}
    line = {"event": "confusion", **counts, "counts": [[3, 1], [0, 0]], **changes}
    with next((run.path / "metrics").iterdir()).open("a") as file:
        file.write(json.dumps(line) + "\n")
    return run


def test_the_confusion_table_stands_below_the_curves(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    count(recorded())
    result = workbench("show", "latest")
    assert (result.exit_code, result.stderr) == (0, "")
    table = result.stdout.split("\n\n")[-1]
    assert table.splitlines() == [
        "Confusion   test set, epoch 2   rows: true class, columns: predicted class",
        "     cat  dog     right",
        "cat    3    1   75.00 %",
        "dog    ·    ·         -",
    ]


def test_json_has_the_confusion_table_with_the_accuracy_of_each_class(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    assert json.loads(workbench("show", run.id, "--json").stdout)["best_evaluation"] is None
    count(run)
    assert json.loads(workbench("show", run.id, "--json").stdout)["best_evaluation"] == {
        "split": "test",
        "epoch": 1,
        "classes": ["cat", "dog"],
        "confusion": [[3, 1], [0, 0]],
        "per_class_accuracy": [0.75, None],
    }


def test_top_5_stands_beside_the_accuracy_of_its_set(workbench: Workbench, trained: Run) -> None:
    recorded = trained.status().metrics
    top5 = f"top-5 {100 * recorded['test/top5_accuracy']:.2f} %"
    assert next(x for x in summary(workbench("show", trained.id)) if "  test " in x).endswith(top5)


def test_a_real_run_recorded_the_table_of_its_best_weights_on_the_test_set(
    workbench: Workbench, trained: Run
) -> None:
    facts = json.loads(workbench("show", trained.id, "--json").stdout)
    table = facts["best_evaluation"]
    assert (table["split"], table["epoch"]) == ("test", facts["best"]["epoch"])
    right = sum(row[i] for i, row in enumerate(table["confusion"]))
    assert right / 50 == pytest.approx(facts["metrics"]["test/accuracy"])


def test_a_hostile_confusion_table_neither_crashes_nor_steers_the_terminal(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = count(recorded(), classes=["\x1b[2J", "[red]x" * 2000])
    count(run, counts=[[-1, 1], [0, 0]])
    for args in ([], ["--json"]):
        result = workbench("show", run.id, *args)
        assert result.exit_code == 0
        assert "\x1b" not in result.stdout
    assert "damaged 1 line of the metrics" in workbench("show", run.id).stdout


# Damaged and hostile folders


def test_a_run_that_recorded_nothing_has_no_curves_and_says_so(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    for path in (run.path / "metrics").iterdir():
        path.unlink()
    result = workbench("show", run.id)
    assert result.exit_code == 0
    assert "Loss" not in result.stdout
    assert result.stderr == "no curves to draw: no step was recorded\n"


def test_an_empty_folder_is_shown(workbench: Workbench, runs: Path) -> None:
    folder = runs / "20260101-120000-empty-012345"
    folder.mkdir(parents=True)
    result = workbench("show", "empty")
    assert result.exit_code == 0
    assert result.stdout == (
        f"{folder.name}: interrupted\n  what    profile.toml: No such file or directory\n"
    )
    assert json.loads(workbench("show", "empty", "--json").stdout)["state"] == "interrupted"


@pytest.mark.parametrize("name", ["status.json", "profile.toml", "env.json", "notes.toml"])
def test_a_damaged_file_hides_nothing_else(
    workbench: Workbench, recorded: Callable[..., Run], name: str
) -> None:
    run = recorded()
    (run.path / name).write_bytes(b"\xff{[")
    for args in ([], ["--json"], ["--profile"]):
        result = workbench("show", run.id, *args)
        assert result.exit_code == 0
        assert "val/loss" in result.stdout


def test_damaged_lines_are_counted(workbench: Workbench, recorded: Callable[..., Run]) -> None:
    run = recorded()
    metrics = next((run.path / "metrics").iterdir())
    metrics.write_text(metrics.read_text() + "garbage\n")
    assert "damaged 1 line of the metrics could not be read" in workbench("show", run.id).stdout


def test_texts_of_other_programs_cannot_steer_the_terminal(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded("quick", "failed", "boom \x1b[2J [red]x[/red]")
    (run.path / "notes.toml").write_text('note = "a\\u001b[31mb"\ntags = ["\\u202et"]\n')
    (run.path / "profile.toml").write_text('name = "a\\u001b[31mb"\n"\\u001b]0;x" = 1\n')
    for args in ([], ["--json"], ["--profile"]):
        result = workbench("show", run.id, *args)
        assert result.exit_code == 0
        assert not {"\x1b", "\u202e"} & {*result.stdout}
    assert "[red]x[/red]" in workbench("show", run.id).stdout


@pytest.mark.parametrize("reference", ["nothing", "latest"])
def test_without_such_a_run_it_exits_2(workbench: Workbench, reference: str) -> None:
    result = workbench("show", reference)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "hint: start one with: workbench run PROFILE" in result.stderr


def test_an_ambiguous_name_is_refused_with_the_candidates(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    candidates = {recorded("quick").id, recorded("quick").id}
    result = workbench("show", "quick")
    assert result.exit_code == 2
    assert "'quick' fits 2 runs" in result.stderr
    assert all(run in result.stderr for run in candidates)


# For scripts


def test_json_is_one_document_with_the_whole_story(
    workbench: Workbench, recorded: Callable[..., Run]
) -> None:
    run = recorded()
    result = workbench("show", run.id, "--json")
    facts = json.loads(result.stdout)
    assert result.stderr == ""
    assert facts["id"] == run.id
    assert facts["state"] == "finished"
    assert facts["best"] == {"metric": "val/accuracy", "value": 0.2, "epoch": 1}
    assert facts["series"]["val/accuracy"] == {"epochs": [0, 1], "values": [0.0, 0.2]}
    assert facts["profile"]["optimizer"]["kind"] == "adam"
    assert (facts["recorded_steps"], facts["damaged_lines"]) == (8, 0)


def test_a_run_is_shown_and_drawn_without_torch(runs: Path, recorded: Callable[..., Run]) -> None:
    count(recorded())
    output, loaded = output_and_imports("show", "latest")
    assert "Accuracy" in output
    assert "Confusion" in output
    assert "workbench.plots.drawing" in loaded
    assert not loaded & {"torch", "torchvision", "sklearn", "textual"}


# On terminals


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
def test_charts_fit_the_terminal(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run], columns: int
) -> None:
    recorded()
    screen = on_terminal("show", "latest", columns=columns)
    assert screen.exit_code == 0
    axes = [line for line in screen.lines if "└" in line]
    assert len(axes) == 2
    assert all(len(line) <= columns and line.endswith(" epoch") for line in axes)
    assert "\x1b[3" in screen.raw


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_where_colours_are_not_wanted_there_are_no_escape_sequences(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run], environment: dict[str, str]
) -> None:
    count(recorded())
    screen = on_terminal("show", "latest", **environment)
    assert "\x1b" not in screen.raw
    assert "━A━" in screen.raw


def test_a_terminal_without_unicode_gets_ascii(
    on_terminal: Callable[..., Any], recorded: Callable[..., Run]
) -> None:
    count(recorded(), classes=["ñandú", "dog"])
    screen = on_terminal("show", "latest", PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert screen.raw.isascii()
    assert "++-" in screen.raw
