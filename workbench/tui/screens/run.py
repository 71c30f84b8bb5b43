"""One run: its curves, filters, log and profile, live or ended."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from workbench.store.runs import Run
from workbench.tui.screens.page import Page


class RunScreen(Page):
    def __init__(self, run: Run) -> None:
        super().__init__()
        self._run = run
        self.place = f"run {run.id}"

    def parts(self) -> Iterable[Widget]:
        yield Static()
