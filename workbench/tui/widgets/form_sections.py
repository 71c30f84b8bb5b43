"""The sections of the form at a glance: which are changed, which are wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from workbench.tui.themes import text_color


@dataclass(frozen=True)
class Mark:
    """One line: a section and what is to be known of it."""

    title: str
    depth: int
    changed: bool
    wrong: int


class SectionList(Widget):
    @dataclass
    class Jump(Message):
        title: str

    def __init__(self) -> None:
        super().__init__()
        self._marks: Sequence[Mark] = ()
        self._here = ""

    def show(self, marks: Sequence[Mark], here: str) -> None:
        """`here` is the title of the section that has the focus."""
        if (marks, here) != (self._marks, self._here):
            self._marks, self._here = marks, here
            self.refresh()

    def render(self) -> Text:
        return Text("\n").join(self._line(mark) for mark in self._marks)

    def _line(self, mark: Mark) -> Text:
        colors = self.app.theme_variables
        accent = text_color(colors, "text-accent")
        name = "  " * mark.depth + mark.title.rpartition(".")[2]
        here = mark.title == self._here
        line = Text.assemble(("▌ " if here else "  ", accent), (name, "bold" if here else ""))
        if mark.changed:
            line.append(" •", accent)
        if mark.wrong:
            line.append(f" {mark.wrong}!", text_color(colors, "text-error"))
        return line

    def on_click(self, event: Click) -> None:
        event.stop()
        place = event.get_content_offset(self)
        if place is not None and place.y < len(self._marks):
            self.post_message(self.Jump(self._marks[place.y].title))
