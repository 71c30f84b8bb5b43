"""The screen of runs, by its keys."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.config.profile import RunProfile
from workbench.store.control import is_pause_requested, is_stop_requested
from workbench.store.liveness import write_owner
from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run, RunStore
from workbench.store.status import Best, State, Status, write_status
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.run import RunScreen
from workbench.tui.screens.runs import RunsScreen
from workbench.tui.trainings import Job, Situation, Trainings
from workbench.tui.widgets.filter_line import FilterLine
from workbench.tui.widgets.run_table import RunTable

SIZES = [(80, 24), (120, 40), (200, 60)]


class Queue(Trainings):
    """Trainings that never begin."""

    def __init__(self, runs: Path) -> None:
        super().__init__(runs)
        self.waiting: list[Job] = []

    def situation(self) -> Situation:
        return Situation(waiting=tuple(self.waiting))

    def add(self, what: RunProfile | Run) -> Job:
        job = Job(len(self.waiting), what.id if isinstance(what, Run) else what.name, what)
        self.waiting.append(job)
        return job

    def drop(self, number: int) -> None:
        self.waiting = [job for job in self.waiting if job.number != number]


@pytest.fixture
def root() -> Path:
    return Path("runs")


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: Path) -> Callable[..., Run]:
    """Makes a run folder: `make(3, "stopped", lr=0.1)`; its number is its second."""
    monkeypatch.chdir(tmp_path)  # so that the screen shows the same path everywhere

    def run(number: int, state: State = "finished", lr: float = 1e-3, **notes: Any) -> Run:
        profile = RunProfile.model_validate(
            {"name": "quick", "optimizer": {"kind": "adam", "lr": lr}}
        )
        made = RunStore(root).create(profile)
        path = root / f"20260101-1200{number:02d}-quick-{number:06x}"
        made.path.rename(path)
        (path / "owner.json").unlink()
        if state in ("running", "paused"):
            write_owner(path)
        best = Best(metric="val/accuracy", value=0.5 + number / 100, epoch=number)
        done = {"epochs": 10, "epochs_done": number, "steps": 100, "step": 10 * number}
        write_status(path, Status(state=state, best=best, seconds=60.0 * number, **done))
        if notes:
            write_notes(path, Notes(**notes))
        return Run(path)

    return run


@asynccontextmanager
async def opened(
    root: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Pilot[Any], WorkbenchApp, RunTable]]:
    """The app, when all runs are read."""
    settings = Path("settings/tui.toml")
    app = WorkbenchApp(RunStore(root), Queue(root), look=Look(), settings=settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        table = app.screen.query_one(RunTable)
        await until(pilot, lambda: all("state" in entry.row for entry in table.entries))
        yield pilot, app, table


def ids(table: RunTable) -> list[str]:
    return [entry.key for entry in table.entries]


# What is seen


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_with_three_runs(
    make: Callable[..., Run], root: Path, size: tuple[int, int]
) -> None:
    make(1), make(2, "diverged"), make(3, "running", tags=("base",), note="the first\nof many")
    async with opened(root, size) as (pilot, app, _):
        await until(pilot, lambda: "the first" in text_of(app))
        await check_snapshot(pilot, f"runs-three-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_without_runs(
    make: Callable[..., Run], root: Path, size: tuple[int, int]
) -> None:
    async with opened(root, size) as (pilot, app, _):
        await until(pilot, lambda: "No runs yet" in text_of(app))
        await check_snapshot(pilot, f"runs-none-{size[0]}x{size[1]}")


async def test_a_small_terminal_does_no_harm(make: Callable[..., Run], root: Path) -> None:
    run = make(1)
    async with opened(root, (40, 10)) as (_, app, table):
        assert ids(table) == [run.id]
        assert run.id[-6:] in text_of(app)


# What lives


async def test_runs_come_and_go_and_the_cursor_stays_on_its_run(
    make: Callable[..., Run], root: Path
) -> None:
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


async def test_a_filter_selects_as_it_is_typed_and_escape_shows_all(
    make: Callable[..., Run], root: Path
) -> None:
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


async def test_an_unknown_name_is_told_in_the_line(make: Callable[..., Run], root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        await pilot.press("slash", *"optimizer.rl=1")
        await until(pilot, lambda: "did you mean optimizer.lr?" in text_of(app))
        assert len(table.entries) == 1


async def test_the_table_is_sorted_by_a_chosen_column_and_that_is_remembered(
    make: Callable[..., Run], root: Path
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


async def test_a_click_on_a_header_sorts(make: Callable[..., Run], root: Path) -> None:
    low, high = make(1), make(2)
    async with opened(root) as (pilot, _, table):
        assert ids(table) == [high.id, low.id]
        await pilot.click(table, offset=(4, 0))
        await until(pilot, lambda: ids(table) == [low.id, high.id])


async def test_columns_are_found_by_typing_and_checked(
    make: Callable[..., Run], root: Path
) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("c", *"tags", "enter", "escape")
        await until(pilot, lambda: app.settings.columns[-1] == "tags")
        await until(pilot, lambda: "tags" in text_of(app).splitlines()[1])


async def test_columns_can_be_moved(make: Callable[..., Run], root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("c", "shift+down", "escape")
        await until(pilot, lambda: app.settings.columns[:2] == ("state", "id"))


async def test_what_differs_becomes_columns(make: Callable[..., Run], root: Path) -> None:
    make(1, lr=1e-3), make(2, lr=1e-1)
    async with opened(root) as (pilot, app, _):
        before = app.settings.columns
        await pilot.press("c", "ctrl+d", "escape")
        await until(pilot, lambda: app.settings.columns == (*before, "optimizer.lr"))


# Tags, note, trash


async def test_tags_are_written_to_all_marked_runs_and_others_stay(
    make: Callable[..., Run], root: Path
) -> None:
    first, second = make(1, tags=("both", "mine")), make(2, tags=("both",))
    async with opened(root) as (pilot, app, _):
        await pilot.press("space", "space", "t")
        await until(pilot, lambda: app.screen.query(Input))
        assert app.screen.query_one(Input).value == "both"
        app.screen.query_one(Input).value = "new, also"
        await pilot.press("enter")
        await until(pilot, lambda: first.notes.tags == ("mine", "new", "also"))
        assert second.notes.tags == ("new", "also")


async def test_a_note_of_several_lines_is_written(make: Callable[..., Run], root: Path) -> None:
    run = make(1, note="one")
    async with opened(root) as (pilot, app, _):
        await pilot.press("m")
        await until(pilot, lambda: app.screen.query(TextArea))
        await pilot.press("enter", *"two", "ctrl+s")
        await until(pilot, lambda: run.notes.note == "one\ntwo")


async def test_a_run_goes_to_the_trash_and_comes_back(make: Callable[..., Run], root: Path) -> None:
    run, other = make(2), make(1)
    async with opened(root) as (pilot, _, table):
        await pilot.press("d")
        await until(pilot, lambda: ids(table) == [other.id])
        assert not run.path.exists()
        await pilot.press("u")
        await until(pilot, lambda: ids(table) == [run.id, other.id])


async def test_several_runs_are_asked_for(make: Callable[..., Run], root: Path) -> None:
    make(1), make(2), make(3)
    async with opened(root) as (pilot, app, table):
        await pilot.press("space", "space", "delete")
        await until(pilot, lambda: "Move 2 runs to the trash?" in text_of(app))
        await pilot.press("t")
        await until(pilot, lambda: len(table.entries) == 1)


async def test_a_live_run_is_not_trashed_and_the_reason_is_told(
    make: Callable[..., Run], root: Path
) -> None:
    run = make(1, "running")
    async with opened(root) as (pilot, app, _):
        await pilot.press("d")
        await until(pilot, lambda: "is running" in text_of(app))
        assert run.path.exists()


# Trainings


async def test_a_live_run_is_paused_goes_on_and_is_stopped(
    make: Callable[..., Run], root: Path
) -> None:
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


async def test_keys_that_make_no_sense_now_are_not_shown(
    make: Callable[..., Run], root: Path
) -> None:
    make(1), make(2, "stopped")
    async with opened(root) as (pilot, app, _):
        await until(pilot, lambda: "Resume" in text_of(app).splitlines()[-1])
        assert "Pause" not in text_of(app).splitlines()[-1]
        await pilot.press("j")
        await until(pilot, lambda: "Resume" not in text_of(app).splitlines()[-1])


async def test_a_resumed_run_waits_in_its_line_and_can_be_dropped(
    make: Callable[..., Run], root: Path
) -> None:
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


async def test_enter_opens_the_run(make: Callable[..., Run], root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))


async def test_without_runs_enter_begins_with_the_quickstart(
    make: Callable[..., Run], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edited: list[Any] = []
    monkeypatch.setattr(WorkbenchApp, "edit", lambda self, table, path=None: edited.append(table))
    async with opened(root) as (pilot, _, _table):
        await pilot.press("enter")
        await until(pilot, lambda: edited)
        assert edited[0]["name"] == "quickstart"


async def test_a_new_run_begins_with_a_chosen_profile_and_an_old_one_with_its_own(
    make: Callable[..., Run], root: Path, monkeypatch: pytest.MonkeyPatch
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
