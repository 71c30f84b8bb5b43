"""The first line of every screen: where one is, and what trains meanwhile."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widgets import Static


class Heading(Horizontal):
    place: reactive[str] = reactive("")
    """Where one is, in a few words."""
    news: reactive[str] = reactive("")
    """What trains in this process; empty for nothing."""

    def __init__(self, place: str) -> None:
        super().__init__()
        self.set_reactive(Heading.place, place)

    def compose(self) -> ComposeResult:
        yield Static(Text(self.place), id="place")
        yield Static(Text(self.news), id="news")

    def watch_place(self, place: str) -> None:
        for static in self.query("#place").results(Static):
            static.update(Text(place))

    def watch_news(self, news: str) -> None:
        for static in self.query("#news").results(Static):
            static.update(Text(news))
