"""What every full screen has: the line above, the keys below, and the app by its type."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textual import getters
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from workbench.tui.app import WorkbenchApp
from workbench.tui.look import LEAST_COLUMNS, LEAST_ROWS
from workbench.tui.widgets.heading import Heading
from workbench.tui.widgets.key_line import KeyLine


class Page(Screen[None]):
    """A screen of its own: `parts` gives what stands between the heading and the keys."""

    app = getters.app(WorkbenchApp)

    place = "workbench"
    """Where one is, for the heading; `Heading.place` can be set later."""

    def compose(self) -> ComposeResult:
        yield Heading(self.place)
        yield from self.parts()
        yield KeyLine()
        # Over all the rest, as long as the terminal is smaller.
        yield Static(f"needs {LEAST_COLUMNS} x {LEAST_ROWS}", classes="too-small")

    def parts(self) -> Iterable[Widget]:
        return ()

    def before_quitting(self, go: Callable[[], object]) -> None:
        """Call `go` as soon as nothing would be lost with the page, or never."""
        go()

    def on_screen_resume(self) -> None:
        if self.is_attached:  # who left at once met no heading
            self.query_one(Heading).news = self.app.news
