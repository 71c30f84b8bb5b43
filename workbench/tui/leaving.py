"""Ways out of the app: what is not saved is asked about, and what trains."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from workbench.config.wording import shortened
from workbench.tui.screens.dialogs import Answer, Question

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

Leave = Literal["done", "detach", "stop"]
"""What becomes of a training when the app has closed."""

STAY = Answer("stay", "escape", "Stay")


class Leaving:
    """Of one app."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app

    def quit(self) -> None:
        """Leave the program."""
        if isinstance(self._app.screen, Question):  # it is answered first, and not asked twice
            self._app.bell()
        else:
            self._when_all_agree(self._quit)

    def detach(self) -> None:
        """Ask whether to leave, with processes in the background to go on with what trains."""
        self._when_all_agree(self._ask_to_detach)

    def ask_what_becomes(self) -> None:
        """Ask what is to become of what trains, unless one stays."""
        self._when_all_agree(self._ask_what_becomes)

    def _when_all_agree(self, go: Callable[[], object]) -> None:
        """Go on once every page agrees, the upper ones first; they may ask what to do."""
        from workbench.tui.screens.page import Page

        for page in [screen for screen in self._app.screen_stack if isinstance(screen, Page)]:
            go = partial(page.before_quitting, go)
        go()

    def _quit(self) -> None:
        if self._app.trainings.busy:
            self._ask_what_becomes()
        else:
            self._app.exit("done")

    def _ask_to_detach(self) -> None:
        question = Question(
            "Leave, and train on in the background?",
            "A process in the background goes on from the next step; what waits comes after.\n"
            "workbench, or workbench watch RUN, shows it again.",
            (Answer("detach", "d", "Detach"), STAY),
        )
        self._app.push_screen(question, self._leave)

    def _ask_what_becomes(self) -> None:
        names = ", ".join(job.name for job in self._app.trainings.situation().waiting)
        waits = f"\nWhat waits is not trained then: {shortened(names)}." if names else ""
        question = Question(
            "A training goes on in this window",
            "Detach: processes in the background go on from here.\n"
            f"Stop: it ends with a checkpoint and can be resumed.{waits}",
            (Answer("detach", "d", "Detach"), Answer("stop", "s", "Stop"), STAY),
        )
        self._app.push_screen(question, self._leave)

    def _leave(self, answer: str | None) -> None:
        if answer == "detach":
            self._app.exit("detach")
        elif answer == "stop":
            self._app.exit("stop")
