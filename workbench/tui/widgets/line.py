"""A line to type in, and the order of keys that come in one piece, as over a slow line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

TABS: Sequence[BindingType] = (
    Binding("tab", "app.focus_next", "Next", show=False),
    Binding("shift+tab", "app.focus_previous", "Before", show=False),
)


async def act_in_order(widget: Widget, event: Key) -> None:
    """Let a widget's own key act before the next is looked at, which may go to another widget.

    Textual lets a letter act in the field at once, but a backspace only when it
    has come back from all that is around the field: of the two in one piece the
    letter would come first. And it sends both to the widget that has the focus
    when they arrive, whatever a tab between them does.
    """
    focused = widget.screen.focused
    if focused in (widget, None):
        own = widget._bindings.key_to_bindings.get(event.key, [])
        acted = [await widget.app.run_action(each.action, widget) for each in own]
        if not any(acted):
            return
    else:
        # A copy: the event itself ends here.
        focused._forward_event(Key(event.key, event.character))
    event.stop()
    event.prevent_default()


class Line(Input):
    """One line of text."""

    BINDINGS: ClassVar[list[BindingType]] = [*TABS]

    async def on_key(self, event: Key) -> None:
        await act_in_order(self, event)
