"""The screen of runs, by its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList, TextArea

from tests.tui.screens.listed import SIZES, Make, ids, opened
from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.store.control import is_pause_requested, is_stop_requested
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.run import RunScreen
from workbench.tui.widgets.filter_line import FilterLine

# What is seen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_with_three_runs(make: Make, root: Path, size: tuple[int, int]) -> None:
    make(1), make(2, "diverged"), make(3, "running", tags=("base",), note="the first\nof many")
    async with opened(root, size) as (pilot, app, _):
        await until(pilot, lambda: "the first" in text_of(app))
        await check_snapshot(pilot, f"runs-three-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_without_runs(make: Make, root: Path, size: tuple[int, int]) -> None:
    async with opened(root, size) as (pilot, app, _):
        await until(pilot, lambda: "No runs yet" in text_of(app))
        await check_snapshot(pilot, f"runs-none-{size[0]}x{size[1]}")


async def test_a_small_terminal_does_no_harm(make: Make, root: Path) -> None:
    run = make(1)
    async with opened(root, (40, 10)) as (_, app, table):
        assert ids(table) == [run.id]
        assert run.id[-6:] in text_of(app)


# What lives


async def test_runs_come_and_go_and_the_cursor_stays_on_its_run(make: Make, root: Path) -> None:
    first, second = make(1), make(2)
    async with opened(root) as (pilot, _, table):
        await pilot.press("j")
        assert table.entry is not None
        assert table.entry.key == first.id
        third = make(3)
        await until(pilot, lambda: ids(table) == [third.id, second.id, first.id])
        assert table.entry.key == first.id
        second.path.rename("elsewhere")
        await until(pilot, lambda: ids(table) == [third.id, first.id])
        assert table.entry.key == first.id


# Filter, sort, columns


async def test_a_filter_selects_as_it_is_typed_and_escape_shows_all(make: Make, root: Path) -> None:
    make(1), make(2, "failed"), make(3)
    async with opened(root) as (pilot, app, table):
        await pilot.press("slash", *"state=failed")
        await until(pilot, lambda: len(table.entries) == 1)
        assert "1 of 3" in text_of(app)
        await pilot.press("enter")
        assert app.focused is table
        await pilot.press("escape")
        await until(pilot, lambda: len(table.entries) == 3)
        assert not app.screen.query_one(FilterLine).display


async def test_where_nothing_matches_the_line_says_how_to_see_all(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        await pilot.press("slash", *"nosuchrun")
        await until(pilot, lambda: "nothing matches: escape shows all" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: len(table.entries) == 1)


async def test_an_unknown_name_is_told_in_the_line(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        await pilot.press("slash", *"optimizer.rl=1")
        await until(pilot, lambda: "did you mean optimizer.lr?" in text_of(app))
        assert len(table.entries) == 1


async def test_the_table_is_sorted_by_a_chosen_column_and_that_is_remembered(
    make: Make, root: Path
) -> None:
    low, high = make(1), make(2)
    async with opened(root) as (pilot, app, table):
        app.remember(sort="id")
        await pilot.press("s")
        await pilot.press("down", "down", "down", "enter")
        await until(pilot, lambda: app.settings.sort == "-best")
        assert ids(table) == [high.id, low.id]
        assert "best ↓" in text_of(app)
        await pilot.press("s", "enter")
        await until(pilot, lambda: ids(table) == [low.id, high.id])
        assert "best ↑" in text_of(app)


async def test_a_click_on_a_header_sorts(make: Make, root: Path) -> None:
    low, high = make(1), make(2)
    async with opened(root) as (pilot, _, table):
        assert ids(table) == [high.id, low.id]
        await pilot.click(table, offset=(4, 0))
        await until(pilot, lambda: ids(table) == [low.id, high.id])


async def test_columns_are_found_by_typing_and_checked(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("c", *"tags", "enter", "escape")
        await until(pilot, lambda: app.settings.columns[-1] == "tags")
        await until(pilot, lambda: "tags" in text_of(app).splitlines()[1])


async def test_columns_can_be_moved(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("c", "shift+down", "escape")
        await until(pilot, lambda: app.settings.columns[:2] == ("state", "id"))


async def test_what_differs_becomes_columns(make: Make, root: Path) -> None:
    make(1, lr=1e-3), make(2, lr=1e-1)
    async with opened(root) as (pilot, app, _):
        before = app.settings.columns
        await pilot.press("c", "ctrl+d", "escape")
        await until(pilot, lambda: app.settings.columns == (*before, "optimizer.lr"))


# Tags, note, trash


async def test_tags_are_written_to_all_marked_runs_and_others_stay(make: Make, root: Path) -> None:
    first, second = make(1, tags=("both", "mine")), make(2, tags=("both",))
    async with opened(root) as (pilot, app, _):
        await pilot.press("space", "space", "t")
        await until(pilot, lambda: app.screen.query(Input))
        assert app.screen.query_one(Input).value == "both"
        app.screen.query_one(Input).value = "new, also"
        await pilot.press("enter")
        await until(pilot, lambda: first.notes.tags == ("mine", "new", "also"))
        assert second.notes.tags == ("new", "also")


async def test_a_note_of_several_lines_is_written(make: Make, root: Path) -> None:
    run = make(1, note="one")
    async with opened(root) as (pilot, app, _):
        await pilot.press("m")
        await until(pilot, lambda: app.screen.query(TextArea))
        await pilot.press("enter", *"two", "ctrl+s")
        await until(pilot, lambda: run.notes.note == "one\ntwo")


async def test_a_run_goes_to_the_trash_and_comes_back(make: Make, root: Path) -> None:
    run, other = make(2), make(1)
    async with opened(root) as (pilot, _, table):
        await pilot.press("d")
        await until(pilot, lambda: ids(table) == [other.id])
        assert not run.path.exists()
        await pilot.press("u")
        await until(pilot, lambda: ids(table) == [run.id, other.id])


async def test_several_runs_are_asked_for(make: Make, root: Path) -> None:
    make(1), make(2), make(3)
    async with opened(root) as (pilot, app, table):
        await pilot.press("space", "space", "delete")
        await until(pilot, lambda: "Move 2 runs to the trash?" in text_of(app))
        await pilot.press("t")
        await until(pilot, lambda: len(table.entries) == 1)


async def test_a_live_run_is_not_trashed_and_the_reason_is_told(make: Make, root: Path) -> None:
    run = make(1, "running")
    async with opened(root) as (pilot, app, _):
        await pilot.press("d")
        await until(pilot, lambda: "is running" in text_of(app))
        assert run.path.exists()


# Trainings


async def test_a_live_run_is_paused_goes_on_and_is_stopped(make: Make, root: Path) -> None:
    run = make(1, "running")
    async with opened(root) as (pilot, app, _):
        await pilot.press("p")
        await until(pilot, lambda: is_pause_requested(run))
        await pilot.press("p")
        await until(pilot, lambda: not is_pause_requested(run))
        await pilot.press("x")
        await until(pilot, lambda: "Stop this run?" in text_of(app))
        await pilot.press("s")
        await until(pilot, lambda: is_stop_requested(run))


async def test_keys_that_make_no_sense_now_are_not_shown(make: Make, root: Path) -> None:
    make(1), make(2, "stopped")
    async with opened(root) as (pilot, app, _):
        await until(pilot, lambda: "Resume" in text_of(app).splitlines()[-1])
        assert "Pause" not in text_of(app).splitlines()[-1]
        await pilot.press("j")
        await until(pilot, lambda: "Resume" not in text_of(app).splitlines()[-1])


async def test_a_resumed_run_waits_in_its_line_and_can_be_dropped(make: Make, root: Path) -> None:
    make(1, "stopped")
    async with opened(root) as (pilot, app, table):
        await pilot.press("r")
        await until(pilot, lambda: "Go on with this run?" in text_of(app))
        await pilot.press("t")
        await until(pilot, lambda: [e.row["state"] for e in table.entries] == ["waiting"])
        await until(pilot, lambda: "Resume" not in text_of(app).splitlines()[-1])
        await pilot.press("d")
        await until(pilot, lambda: [e.row["state"] for e in table.entries] == ["stopped"])
        assert app.trainings.situation().waiting == ()


# Ways on


async def test_enter_opens_the_run(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_without_runs_enter_begins_with_the_quickstart(
    make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited: list[Any] = []
    monkeypatch.setattr(WorkbenchApp, "edit", lambda self, table, path=None: edited.append(table))
    async with opened(root) as (pilot, _, _table):
        await pilot.press("enter")
        await until(pilot, lambda: edited)
        assert edited[0]["name"] == "quickstart"


async def test_a_new_run_begins_with_a_chosen_profile_and_an_old_one_with_its_own(
    make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited: list[Any] = []
    monkeypatch.setattr(WorkbenchApp, "edit", lambda self, table, path=None: edited.append(table))
    make(1, lr=0.5)
    async with opened(root) as (pilot, app, _):
        await pilot.press("n")
        await until(pilot, lambda: app.screen.query(OptionList))
        await pilot.press("end", "enter")
        await until(pilot, lambda: edited == [{}])
        await pilot.press("e")
        await until(pilot, lambda: len(edited) == 2)
        assert edited[1]["optimizer"]["lr"] == 0.5
