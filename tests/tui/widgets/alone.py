"""One widget on a screen of its own, in the app whose look it follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget

from workbench.store.runs import RunStore
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.trainings import Trainings

LOOK = Look()


class Alone(Screen[None]):
    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> Iterable[Widget]:
        yield self._widget


@asynccontextmanager
async def alone(
    widget: Widget, folder: Path, size: tuple[int, int] = (60, 12), look: Look = LOOK
) -> AsyncIterator[Pilot[Any]]:
    """Show the widget; `folder` is for the app's runs and settings."""
    runs = folder / "runs"
    app = WorkbenchApp(RunStore(runs), Trainings(runs), look=look, settings=folder / "tui.toml")
    async with app.run_test(size=size) as pilot:
        await app.push_screen(Alone(widget))
        await pilot.pause()
        yield pilot
