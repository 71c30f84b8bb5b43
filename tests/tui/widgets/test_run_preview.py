"""The selected run in short."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from tests.tui.recorded import recorded_run, settle
from tests.tui.snapshots import text_of
from tests.tui.waiting import until
from workbench.plots.style import CurveStyle
from workbench.store.rows import row_of
from workbench.store.runs import Run, RunStore
from workbench.tui.app import WorkbenchApp
from workbench.tui.listing import Entry
from workbench.tui.look import Look
from workbench.tui.trainings import Trainings
from workbench.tui.widgets.run_preview import RunPreview

STYLE = CurveStyle()
BRAILLE = "⠉⠒⠤⣀⡠⠢⢄⠊⠑"


class Only(Screen[None]):
    CSS = "RunPreview { display: block; width: 1fr; height: 1fr; }"

    def compose(self) -> ComposeResult:
        yield RunPreview()


@asynccontextmanager
async def shown(
    run: Run, size: tuple[int, int] = (60, 24), look: Look | None = None
) -> AsyncIterator[tuple[Pilot[Any], WorkbenchApp, RunPreview]]:
    """A preview on a screen of its own, over the list of runs."""
    root = run.path.parent
    app = WorkbenchApp(
        RunStore(root), Trainings(root), look=look or Look(), settings=root / "settings.toml"
    )
    async with app.run_test(size=size) as pilot:
        screen = Only()
        await app.push_screen(screen)
        yield pilot, app, screen.query_one(RunPreview)


def entry_of(run: Run, **values: Any) -> Entry:
    return Entry(run.id, {**row_of(run), **values}, run)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return recorded_run(tmp_path / "runs", "finished")


async def test_state_best_tags_note_and_loss_are_shown(run: Run) -> None:
    async with shown(run) as (pilot, app, preview):
        preview.show(entry_of(run, tags="base, lr", note="one\ntwo"), STYLE)
        await until(pilot, lambda: any(sign in text_of(app) for sign in BRAILLE))
        lines = [line.strip() for line in text_of(app).splitlines()]
        assert lines[:2] == [run.id, "finished"]
        assert "best val 80.00 % in epoch 4, 4/10 epochs" in lines[2]
        assert lines[3:6] == ["base, lr", "one", "two"]


async def test_a_job_has_words_alone_and_no_entry_has_none(run: Run) -> None:
    async with shown(run) as (pilot, app, preview):
        preview.show(Entry("job 1", {"id": "quick", "state": "waiting"}), STYLE)
        await until(pilot, lambda: text_of(app).split() == ["quick", "waiting"])
        preview.show(None, STYLE)
        await until(pilot, lambda: text_of(app).split() == [])


async def test_long_words_are_wrapped_and_the_curve_gives_way(run: Run) -> None:
    async with shown(run, (30, 10)) as (pilot, app, preview):
        preview.show(entry_of(run, note="many words " * 8), STYLE)
        await until(pilot, lambda: text_of(app).count("many words") >= 4)
        assert all(len(line) <= 30 for line in text_of(app).splitlines())
        assert not any(sign in text_of(app) for sign in BRAILLE)


async def test_another_run_is_shown_at_once_however_long_the_last_drawing_took(
    run: Run,
) -> None:
    other = replace(entry_of(run), key="other")
    other = replace(other, row={**other.row, "id": "other", "state": "failed"})
    async with shown(run) as (pilot, app, preview):
        preview.show(entry_of(run), STYLE)
        await until(pilot, lambda: any(sign in text_of(app) for sign in BRAILLE))
        preview.post_message(RunPreview.Drawn(entry_of(run), (), cost=3600))  # an hour
        await until(pilot, lambda: run.id not in text_of(app))
        preview.show(other, STYLE)
        await until(pilot, lambda: text_of(app).split()[:2] == ["other", "failed"])
        await until(pilot, lambda: any(sign in text_of(app) for sign in BRAILLE))


async def test_a_value_that_is_not_shown_draws_nothing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    render_line = RunPreview.render_line

    def noting(self: RunPreview, y: int) -> Strip:
        drawn.append(y)
        return render_line(self, y)

    monkeypatch.setattr(RunPreview, "render_line", noting)
    done: list[object] = []
    show_rows = RunPreview.show_rows

    def counting(self: RunPreview, rows: Any) -> None:
        done.append(rows)
        show_rows(self, rows)

    monkeypatch.setattr(RunPreview, "show_rows", counting)
    async with shown(run) as (pilot, app, preview):
        preview.show(entry_of(run), STYLE)
        await until(pilot, lambda: any(sign in text_of(app) for sign in BRAILLE))
        drawn.clear()
        done.clear()
        preview.show(entry_of(run, images_per_second=17.0), STYLE)
        await until(pilot, lambda: done)
        await pilot.pause()
        assert drawn == []
        settle(run, "finished", epochs=3)
        preview.show(entry_of(run), STYLE)
        await until(pilot, lambda: drawn)
        await until(pilot, lambda: "3/10 epochs" in text_of(app))
        assert set(drawn) == {2}


async def test_without_colours_and_unicode_it_is_plain(run: Run) -> None:
    async with shown(run, look=Look(color=False, unicode=False)) as (pilot, app, preview):
        preview.show(entry_of(run), STYLE)
        await until(pilot, lambda: "+---" in text_of(app))
        assert text_of(app).isascii()
