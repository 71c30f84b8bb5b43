"""Training what the form holds: only what is valid, and the same twice only if that is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.config.profile import RunProfile
from workbench.config.wording import counted
from workbench.tui.screens.dialogs import Answer, Question

if TYPE_CHECKING:
    from workbench.tui.screens.profile import ProfileScreen

Start = Callable[[RunProfile], None]


class Starting:
    """Of one form."""

    def __init__(self, screen: ProfileScreen) -> None:
        self._screen = screen

    def train(self) -> None:
        """In this window."""
        self._start_once(self._screen.app.train)

    def queue(self) -> None:
        """In this window, and stay in the form."""
        self._start_once(self._queue)

    def train_detached(self) -> None:
        """In a process of its own."""
        self._start_once(self._screen.app.train_detached)

    def _queue(self, profile: RunProfile) -> None:
        app = self._screen.app
        waits = app.trainings.busy
        app.trainings.add(profile)
        app.say(f"{profile.name} waits in the queue" if waits else f"{profile.name} starts")

    def _start_once(self, start: Start) -> None:
        profile = self._valid()
        if profile is None:
            return
        if not self._waits(profile):
            start(profile)
            return
        question = Question(
            "Train it once more?",
            "The same profile waits already.",
            (Answer("again", "t", "Train once more"), Answer("stay", "escape", "Stay")),
        )
        self._screen.app.push_screen(
            question, lambda answer: start(profile) if answer == "again" else None
        )

    def _waits(self, profile: RunProfile) -> bool:
        """Whether an equal one was asked for, here or in the background, and does not train yet."""
        app = self._screen.app
        situation = app.trainings.situation()
        waiting = [*(job.what for job in situation.waiting), *app.starts.preparing]
        if situation.job and situation.doing:
            waiting.append(situation.job.what)
        return profile in waiting

    def _valid(self) -> RunProfile | None:
        """The profile; where it is not valid None, and its first error is gone to."""
        form = self._screen.form
        if form.examined.profile is None:
            self._screen.set_focus(None)
            wrong = form.focus_problem()
            first = f"{wrong.path}: {wrong.problem}" if wrong else str(form.examined.problems[0][1])
            words = f"{counted(len(form.examined.problems), 'error')}: {first}"
            self._screen.notify(words, title="not started", severity="error", markup=False)
        return form.examined.profile
