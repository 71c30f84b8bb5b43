"""The screen with a thousand runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import MouseScrollDown
from textual.strip import Strip
from textual.widget import Widget

from tests.tui.screens.listed import SIZES, ids, make_many, opened
from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.store.runs import Run
from workbench.tui.listing import LOOKS_PER_ROUND, Listing
from workbench.tui.widgets.key_line import KeyLine
from workbench.tui.widgets.run_preview import RunPreview
from workbench.tui.widgets.run_table import RunTable

COUNT = 1000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Run]:
    """Nobody may change them."""
    return make_many(tmp_path_factory.mktemp("many"), COUNT)


@pytest.fixture
def runs(made: list[Run], root: Path) -> list[Run]:
    root.symlink_to(made[0].path.parent)
    return [Run(root / run.id) for run in made]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_screen_with_a_thousand_runs(
    runs: list[Run], root: Path, size: tuple[int, int]
) -> None:
    async with opened(root, size) as (pilot, app, _):
        await pilot.press("j", "j", "space")
        await until(pilot, lambda: "best val 99.60 %" in text_of(app))  # of the fourth
        await check_snapshot(pilot, f"runs-thousand-{size[0]}x{size[1]}")


async def test_all_keys_that_move_reach_where_they_say(runs: list[Run], root: Path) -> None:
    async with opened(root, (80, 24)) as (pilot, app, table):

        def place() -> int:
            return 0 if table.entry is None else COUNT - 1 - int(table.entry.key[-6:], 16)

        assert place() == 0
        for keys, where in [
            (("j", "down", "j"), 3),
            (("k", "up"), 1),
            (("G",), COUNT - 1),
            (("j", "down", "pagedown"), COUNT - 1),
            (("k",), COUNT - 2),
            (("home",), 0),
            (("k", "pageup"), 0),
            (("end",), COUNT - 1),
            (("g",), 0),
        ]:
            await pilot.press(*keys)
            assert place() == where, keys
            await until(pilot, lambda: f"  {runs[COUNT - 1 - place()].id}" in text_of(app))
        await pilot.press("pagedown", "ctrl+f")
        below = place()
        assert 15 < below < 2 * 24
        await pilot.press("pageup", "ctrl+b")
        assert place() == 0


async def test_a_thousand_runs_are_sorted_and_filtered(runs: list[Run], root: Path) -> None:
    async with opened(root) as (pilot, app, table):
        app.remember(sort="best")
        app.remember(columns=("id", "best", "optimizer.lr"))
        await pilot.press("s", "enter")
        await until(pilot, lambda: ids(table) == [run.id for run in reversed(runs)])
        await pilot.press("s", "enter")
        await until(pilot, lambda: ids(table) == [run.id for run in runs])
        await pilot.press("slash", *"state=failed optimizer.lr<1")
        await until(pilot, lambda: "no run" not in text_of(app) and len(table.entries) == 0)
        await pilot.press("escape", "slash", *"failed")
        await until(pilot, lambda: ids(table) == [run.id for run in runs[::10]])
        assert "100 of 1,000" in text_of(app)


async def test_what_differs_among_a_thousand_is_found(runs: list[Run], root: Path) -> None:
    async with opened(root) as (pilot, app, _):
        before = app.settings.columns
        await pilot.press("c", "ctrl+d", "escape")
        await until(pilot, lambda: app.settings.columns != before)
        assert app.settings.columns[-1] == "optimizer.lr"


def note_drawing(kind: type[Widget], drawn: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    render_line = kind.render_line

    def noting(self: Widget, y: int) -> Strip:
        drawn.append(kind.__name__)
        return render_line(self, y)

    monkeypatch.setattr(kind, "render_line", noting)


async def test_while_nothing_changes_nothing_is_drawn(
    runs: list[Run], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    for kind in (RunTable, RunPreview, KeyLine):
        note_drawing(kind, drawn, monkeypatch)
    looks: list[float] = []
    look = Listing.look

    def noting(self: Listing, seconds: float) -> bool:
        looks.append(seconds)
        return look(self, seconds)

    monkeypatch.setattr(Listing, "look", noting)
    async with opened(root) as (pilot, app, _):
        await until(pilot, lambda: runs[-1].id in text_of(app) and "Keys" in text_of(app))
        await until(pilot, lambda: drawn.count("RunPreview") > 0)
        looks.clear()
        await until(pilot, lambda: len(looks) > 1)
        drawn.clear()
        looks.clear()
        await until(pilot, lambda: len(looks) > LOOKS_PER_ROUND)
        assert drawn == []


# The mouse


def wheel_down(table: RunTable) -> MouseScrollDown:
    return MouseScrollDown(table, 5, 5, 0, 1, 0, False, False, False)


async def test_a_click_selects_a_second_one_opens_and_the_wheel_scrolls(
    runs: list[Run], root: Path
) -> None:
    async with opened(root, (80, 24)) as (pilot, app, table):
        await pilot.click(table, offset=(10, 5))
        assert table.entry is not None
        assert table.entry.key == runs[-5].id
        for _ in range(5):
            table.post_message(wheel_down(table))
        await until(pilot, lambda: runs[-1].id not in text_of(app))
        assert table.entry.key == runs[-5].id
        await pilot.click(table, offset=(10, 1))
        top = table.entry.key
        assert int(top[-6:], 16) < int(runs[-5].id[-6:], 16)
        await pilot.click(table, offset=(10, 1), times=2)
        await until(pilot, lambda: f"run {top}" in text_of(app).splitlines()[0])


async def test_a_click_on_a_key_of_the_key_line_does_it(runs: list[Run], root: Path) -> None:
    async with opened(root) as (pilot, app, _):
        shown = app.screen
        line = shown.query_one(KeyLine)
        await until(pilot, lambda: "Sort" in text_of(app).splitlines()[-1])
        at = text_of(app).splitlines()[-1].index("Sort")
        await pilot.click(line, offset=(at, 0))
        await until(pilot, lambda: app.screen is not shown)
        assert "Sort by" in text_of(app)
