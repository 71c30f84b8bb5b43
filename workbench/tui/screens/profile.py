"""The form of a profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from workbench.tui.screens.page import Page


class ProfileScreen(Page):
    """Edits a copy of `table`; `path` is the file it came from, if it did."""

    def __init__(self, table: dict[str, Any], path: Path | None = None) -> None:
        super().__init__()
        self.place = "profile"
