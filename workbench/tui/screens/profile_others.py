"""How the form's profile differs from another, and taking over what that has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config.anchoring import anchored
from workbench.config.wording import counted
from workbench.tui.form.difference import differences, holds, taken_over
from workbench.tui.screens.profile_sheets import DifferenceSheet, TakenOver

if TYPE_CHECKING:
    from workbench.store.runs import Run
    from workbench.tui.screens.profile import ProfileScreen


class Others:
    """Of one form: what it is compared with."""

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    def compare(self) -> None:
        self._screen.files.pick("Differ from", self._compare)

    def _compare(self, what: Path | Run, label: str) -> None:
        taken = self._screen.files.taken(what)
        if taken is None:
            return
        draft = self._screen.draft
        here, there = anchored(draft.table, draft.base), anchored(taken.table, taken.base)
        found = differences(here, there)
        if found:
            self._screen.app.push_screen(DifferenceSheet(label, found), self._take)
        else:
            self._screen.app.say("both say the same")

    def _take(self, found: TakenOver | None) -> None:
        if found:
            table = taken_over(self._screen.draft.table, found)
            self._screen.form.replace(table)
            taken = counted(sum(holds(table, each) for each in found), "value")
            of = f" of {len(found):,}" if len(found) > 1 else ""
            self._screen.app.say(f"took {taken}{of}; ctrl+z undoes it")
