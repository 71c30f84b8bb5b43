"""The log on the screen of a run."""

from __future__ import annotations

from pathlib import Path

from tests.tui.snapshots import text_of
from tests.tui.waiting import until
from tests.tui.widgets.alone import alone
from workbench.tui.widgets.log import LogView

LINES = [f"line {number}" for number in range(200)]


async def test_it_follows_what_is_appended(tmp_path: Path) -> None:
    async with alone(view := LogView(), tmp_path) as pilot:
        view.show(LINES)
        await until(pilot, lambda: "line 199" in text_of(pilot.app))
        view.show([*LINES, "the last"])
        await until(pilot, lambda: "the last" in text_of(pilot.app))


async def test_it_follows_on_when_the_terminal_gets_lower_or_higher(tmp_path: Path) -> None:
    async with alone(view := LogView(), tmp_path, size=(60, 40)) as pilot:
        view.show(LINES)
        await until(pilot, lambda: "line 199" in text_of(pilot.app))
        for height in (20, 30):
            await pilot.resize_terminal(60, height)
            await until(pilot, lambda height=height: view.size.height == height)
            await until(pilot, lambda: "line 199" in text_of(pilot.app))
            view.show([*LINES, f"with {height} rows"])
            await until(pilot, lambda height=height: f"with {height} rows" in text_of(pilot.app))


async def test_it_stays_where_somebody_scrolled_to(tmp_path: Path) -> None:
    async with alone(view := LogView(), tmp_path) as pilot:
        view.show(LINES)
        await until(pilot, lambda: "line 199" in text_of(pilot.app))
        view.scroll_home(animate=False)
        await until(pilot, lambda: "line 0" in text_of(pilot.app))
        view.show([*LINES, "the last"])
        await pilot.pause()
        assert "line 0" in text_of(pilot.app)
        assert "the last" not in text_of(pilot.app)


async def test_long_lines_are_folded_and_anew_at_another_width(tmp_path: Path) -> None:
    async with alone(view := LogView(), tmp_path, size=(60, 12)) as pilot:
        view.show(["a" * 100])
        await until(pilot, lambda: view.virtual_size.height == 2)
        await pilot.resize_terminal(30, 12)
        await until(pilot, lambda: view.virtual_size.height >= 4)


async def test_an_empty_log_says_why(tmp_path: Path) -> None:
    async with alone(view := LogView(), tmp_path) as pilot:
        view.say("nothing yet")
        await until(pilot, lambda: "nothing yet" in text_of(pilot.app))
