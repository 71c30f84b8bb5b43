"""The mouse's wheel, which Pilot has not."""

from __future__ import annotations

from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.widget import Widget

Turn = type[events.MouseScrollUp] | type[events.MouseScrollDown]


async def turn_wheel(
    pilot: Pilot[Any], widget: Widget, offset: tuple[int, int], turn: Turn
) -> None:
    """Turn the wheel by a notch over a place of the widget."""
    x, y = widget.region.offset + offset
    await pilot.pause()
    pilot.app.screen._forward_event(
        turn(
            widget=None,
            x=x,
            y=y,
            delta_x=0,
            delta_y=0,
            button=0,
            shift=False,
            meta=False,
            ctrl=False,
            screen_x=x,
            screen_y=y,
        )
    )
    await pilot.pause()
