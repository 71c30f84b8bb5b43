"""Names of panels in one row; the ones in sight are lit, and a click chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Static


@dataclass(frozen=True)
class Panel:
    """Part of a screen that a key brings into sight."""

    key: str
    name: str
    """The id of its widget."""
    label: str


class Tab(Static):
    @dataclass
    class Chosen(Message):
        name: str

    def __init__(self, panel: Panel) -> None:
        label = Text.assemble((panel.key, "dim"), f" {panel.label}")
        super().__init__(label, id=f"tab-{panel.name}")
        self._panel = panel

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.post_message(self.Chosen(self._panel.name))


class Tabs(Horizontal):
    def __init__(self, panels: Sequence[Panel]) -> None:
        super().__init__()
        self._panels = panels

    def compose(self) -> ComposeResult:
        yield from map(Tab, self._panels)

    def light(self, names: frozenset[str]) -> None:
        """Mark the panels that are in sight."""
        for panel in self._panels:
            self.query_one(f"#tab-{panel.name}").set_class(panel.name in names, "-lit")
