"""The table of runs in groups: a hundred runs of five learning rates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.screens.listed import SIZES, ids, make_many, opened
from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.tui.app import WorkbenchApp
from workbench.tui.settings import load_settings
from workbench.tui.widgets.run_table import RunTable

RATE = "optimizer.lr"


@pytest.fixture
def root(root: Path) -> Path:
    make_many(root, 100)
    return root


async def group_by(pilot: Pilot[Any], app: WorkbenchApp, name: str) -> None:
    """By the menu; each press of `j` goes one entry down."""
    await pilot.press("b")
    await until(pilot, lambda: "Group by" in text_of(app))
    names = ["", "state", "name", "tags", RATE]
    await pilot.press(*["down"] * names.index(name), "enter")
    await until(pilot, lambda: app.settings.group == name)
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_in_groups(root: Path, size: tuple[int, int]) -> None:
    async with opened(root, size) as (pilot, app, _):
        await pilot.press("v")
        await group_by(pilot, app, RATE)
        await check_snapshot(pilot, f"runs-grouped-{size[0]}x{size[1]}")


async def test_the_cursor_passes_over_the_headings_to_every_run(root: Path) -> None:
    async with opened(root) as (pilot, app, table):
        await group_by(pilot, app, RATE)
        assert sorted(ids(table)) == sorted(run.name for run in root.iterdir())
        rates = [entry.row[RATE] for entry in table.entries]
        assert rates == sorted(rates)
        await pilot.press("g")
        for place in (19, 20, 21):
            table.move_to(place)
            await pilot.pause()
            assert table.entry == table.entries[place]
        assert f"{RATE} 0.001  20 runs" in text_of(app)
        await pilot.press("G")
        assert table.entry == table.entries[-1]
        await pilot.press("g")
        assert f"{RATE} 0.0001  20 runs" in text_of(app)


async def test_a_click_on_a_heading_moves_nothing_and_on_a_run_its_cursor(root: Path) -> None:
    async with opened(root) as (pilot, app, table):
        await group_by(pilot, app, RATE)
        await pilot.press("g")
        await pilot.click(RunTable, offset=(5, 1))
        assert table.entry == table.entries[0]
        await pilot.click(RunTable, offset=(5, 3))
        assert table.entry == table.entries[1]


async def test_a_filter_leaves_the_groups_that_have_something(root: Path) -> None:
    async with opened(root) as (pilot, app, table):
        await group_by(pilot, app, "state")
        await pilot.press("g")
        assert "state failed  10 runs" in text_of(app)
        await pilot.press("slash", *"state=finished", "enter")
        await until(pilot, lambda: len(table.entries) == 90)
        assert "state finished  90 runs" in text_of(app)
        assert "state failed" not in text_of(app)


async def test_what_they_are_grouped_by_is_remembered_and_given_up(root: Path) -> None:
    async with opened(root) as (pilot, app, _):
        await group_by(pilot, app, "state")
        assert load_settings(Path("settings/tui.toml")).group == "state"
        await pilot.press("b")
        await until(pilot, lambda: "Group by" in text_of(app))
        await pilot.press("home", "enter")
        await until(pilot, lambda: app.settings.group == "")
        assert "10 runs" not in text_of(app)
