"""A screen as plain text, compared with a stored one; `WORKBENCH_SNAPSHOTS=write` stores it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from textual.app import App

FOLDER = Path(__file__).parent / "snapshots"


def text_of(app: App[Any]) -> str:
    """What stands on the screen, without spaces at the ends of lines."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines) + "\n"


def check_snapshot(app: App[Any], name: str) -> None:
    """Assert that the screen is as it was stored under `name`."""
    path, text = FOLDER / f"{name}.txt", text_of(app)
    if os.environ.get("WORKBENCH_SNAPSHOTS") == "write":
        FOLDER.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
