"""The last line of every screen: the keys that do something here and now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

GAP = 2
"""Cells between two keys."""

KEPT = ("keys", "app.keys", "leave", "app.leave", "out")
"""Actions that have their place in any width: they lead to the others, and out."""


@dataclass(frozen=True)
class Key:
    key: str
    sign: str
    """How the key is written."""
    name: str
    action: str
    is_enabled: bool

    @property
    def width(self) -> int:
        return cell_len(self.sign) + 1 + cell_len(self.name) + GAP


class KeyLine(Widget):
    """Draws itself, and only when other keys make sense.

    Textual's Footer makes a widget for every key, anew with each move of the
    focus, which takes longer than the move.
    """

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {"key-line--key", "key-line--name"}

    def __init__(self) -> None:
        super().__init__()
        self._keys: Sequence[Key] = ()

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._look)
        self.call_after_refresh(self._look, self.screen)

    def _look(self, screen: Screen[object]) -> None:
        keys = tuple(self._active())
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def _active(self) -> Iterator[Key]:
        """Those to be shown; of several keys for one action the first."""
        seen = set()
        for _, binding, enabled, _ in self.screen.active_bindings.values():
            if binding.show and binding.action not in seen:
                seen.add(binding.action)
                sign = self.app.get_key_display(binding)
                yield Key(binding.key, sign, binding.description, binding.action, enabled)

    def _fitting(self) -> list[Key]:
        """The first ones, as many as there is room for beside those that are kept."""
        room = self.size.width + GAP - 2 - sum(k.width for k in self._keys if k.action in KEPT)
        fitting = []
        for key in self._keys:
            if key.action not in KEPT:
                room -= key.width
            if room >= 0 or key.action in KEPT:
                fitting.append(key)
        return fitting

    def render_line(self, y: int) -> Strip:
        key_style = self.get_component_rich_style("key-line--key")
        name_style = self.get_component_rich_style("key-line--name")
        segments = [Segment(" ", self.rich_style)]
        for key in self._fitting():
            dim = Style(dim=not key.is_enabled)
            segments.append(Segment(key.sign, key_style + dim))
            segments.append(Segment(f" {key.name}{' ' * GAP}", name_style + dim))
        return Strip(segments).adjust_cell_length(self.size.width, self.rich_style)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        right = 1
        for key in self._fitting():
            right += key.width
            if event.x < right:
                self.app.simulate_key(key.key)
                return
