"""A screen as plain text, compared with a stored one; `WORKBENCH_SNAPSHOTS=write` stores it."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot

FOLDER = Path(__file__).parent / "snapshots"
SETTLING_SECONDS = 10.0


def text_of(app: App[Any]) -> str:
    """What stands on the screen, without spaces at the ends of lines."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines) + "\n"


async def check_snapshot(pilot: Pilot[Any], name: str) -> None:
    """Assert that the screen comes to stand as it was stored under `name`."""
    path, app = FOLDER / f"{name}.txt", pilot.app
    if os.environ.get("WORKBENCH_SNAPSHOTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text_of(app), encoding="utf-8")
    stored = path.read_text(encoding="utf-8")
    deadline = time.monotonic() + SETTLING_SECONDS
    while text_of(app) != stored and time.monotonic() < deadline:
        await pilot.pause(0.05)
    assert text_of(app) == stored
