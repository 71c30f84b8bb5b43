"""What can be done with a run: pause, stop, resume, detach, edit, copy."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from workbench.errors import WriteError
from workbench.store.control import clear_pause, request_pause, request_stop
from workbench.store.runs import Run
from workbench.tui.screens.dialogs import Answer, Question
from workbench.tui.screens.page import Page
from workbench.tui.screens.resuming import ask_to_resume, can_resume
from workbench.tui.screens.run_copy import CopyScreen, values_of
from workbench.tui.screens.run_feed import RunFeed

Request = Callable[[Run], None]
"""Raises or lowers a flag. Raises `WriteError`."""


class RunPage(Page):
    """A page of one run, with the keys that control it; one that makes no sense now is hidden."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pause", "Pause", tooltip="Pause: it waits, and keeps its memory"),
        Binding("p", "go_on", "Go on", tooltip="Let the paused run go on"),
        Binding("x", "stop", "Stop", tooltip="Stop the run, with a checkpoint"),
        Binding("r", "resume", "Resume", tooltip="Go on from the last checkpoint"),
        Binding("d", "detach", "Detach", tooltip="Let a process in the background go on"),
        Binding("e", "edit", "Edit", tooltip="Edit its profile, for a new run"),
        Binding("y", "copy", "Copy", tooltip="Copy its id, path, best value or profile"),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__()
        self.feed = RunFeed(run)
        self.place = f"run {run.id}"
        self._keys: frozenset[str] = frozenset()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        now, state = self.feed.now, self.feed.now.status.state
        has_begun = now.is_active and now.status.attempt > 0
        possible = {
            "pause": has_begun and state == "running" and not now.asked,
            "go_on": has_begun and (state == "paused" or now.asked == "pause"),
            "stop": has_begun and now.asked != "stop",
            "resume": can_resume(self.app, self.feed.run, state) and not now.is_gone,
            "detach": state == "running" and self.trains_here,
            "edit": not now.is_gone and bool(self.feed.run.profile),
        }
        return possible.get(action, super().check_action(action, parameters))

    @property
    def trains_here(self) -> bool:
        """Whether it is the run that trains in this process."""
        run = self.app.situation.run
        return run is not None and run.path.absolute() == self.feed.run.path.absolute()

    @property
    def waits_here(self) -> bool:
        """Whether it waits in this process to be gone on with."""
        path = self.feed.run.path.absolute()
        waiting = [job.what for job in self.app.situation.waiting]
        return any(isinstance(each, Run) and each.path.absolute() == path for each in waiting)

    def refresh_keys(self) -> None:
        """Show which keys do something now; the footer is made anew only where that changed."""
        now = frozenset(each.binding.action for each in self.active_bindings.values())
        if now != self._keys:
            self._keys = now
            self.refresh_bindings()

    def action_pause(self) -> None:
        self._ask(request_pause)

    def action_go_on(self) -> None:
        self._ask(clear_pause)

    def action_stop(self) -> None:
        text = "It ends after its step, with a checkpoint, and can be resumed."
        answers = (Answer("stop", "s", "Stop"), Answer("stay", "escape", "Let it train"))
        self.app.push_screen(Question("Stop this run?", text, answers), self._stop)

    def action_resume(self) -> None:
        ask_to_resume(self.app, self.feed.run, self.feed.now.status.state)

    def action_detach(self) -> None:
        self.app.detach()

    def action_edit(self) -> None:
        self.app.edit(self.feed.run.profile)

    def action_copy(self) -> None:
        values = values_of(self.feed.run, self.feed.now.status)

        def copy(name: str | None) -> None:
            if name is not None:
                self.app.copy_to_clipboard(values[name])
                self.app.say(f"copied: {name}")

        self.app.push_screen(CopyScreen(values), copy)

    def look(self) -> None:
        """Show what the folder tells now."""

    def _stop(self, answer: str | None) -> None:
        if answer == "stop":
            self._ask(request_stop)

    def _ask(self, request: Request) -> None:
        try:
            request(self.feed.run)
        except WriteError as error:
            self.app.tell(error)
        self.look()
