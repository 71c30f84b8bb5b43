"""What can be done with the runs of the table: pause, stop, resume, tags, note, trash."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from textual.binding import Binding, BindingType

from workbench.config.wording import counted
from workbench.errors import WorkbenchError
from workbench.store.control import (
    clear_pause,
    is_pause_requested,
    request_pause,
    request_stop,
)
from workbench.store.notes import Notes, changed_tags, load_notes, parse_tags, write_notes
from workbench.store.runs import Run
from workbench.store.status import ACTIVE
from workbench.store.trash import Trash
from workbench.tui.listing import Entry
from workbench.tui.screens.dialogs import Answer, Prompt, Question
from workbench.tui.screens.page import Page
from workbench.tui.screens.resuming import ask_to_resume, can_resume
from workbench.tui.screens.runs_menu import NoteDialog
from workbench.tui.trainings import Job

RUN_KEYS: Sequence[BindingType] = (
    Binding("p", "pause", "Pause", tooltip="Pause the run, or let it go on"),
    Binding("x", "stop", "Stop", tooltip="Stop the run; it can be resumed"),
    Binding("r", "resume", "Resume", tooltip="Go on from the last checkpoint"),
    Binding("e", "edit", "Edit", show=False, tooltip="Edit this run's profile, as a new one"),
    Binding("t", "tags", "Tags", tooltip="Write the run's tags"),
    Binding("m", "note", "Note", show=False, tooltip="Write a note on the run"),
    Binding("d,delete", "trash", "Trash", tooltip="Move the run to the trash"),
    Binding("u", "undo", "Undo", tooltip="Take back what was moved to the trash last"),
)


class RunActions(Page):
    """Acts on the run under the cursor; tags and trash on all marked ones that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self._trashed: list[list[Run]] = []

    @property
    def entry(self) -> Entry | None:
        """Under the cursor."""
        raise NotImplementedError

    @property
    def marked(self) -> Sequence[Run]:
        """All marked runs that are shown; without any, the one under the cursor."""
        raise NotImplementedError

    def look_again(self, *runs: Run) -> None:
        """Read these runs again, and show what changed."""
        raise NotImplementedError

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that would do nothing now are not shown."""
        entry = self.entry
        run = entry.run if entry else None
        state = entry.row.get("state") if entry else None
        possible = {
            "pause": state in ("running", "paused"),
            "stop": state in ACTIVE or (entry is not None and entry.job is not None),
            "resume": run is not None and can_resume(self.app, run, state),
            "edit": run is not None and bool(run.profile),
            "tags": run is not None,
            "note": run is not None,
            "mark": run is not None,
            "trash": entry is not None,
            "undo": bool(self._trashed),
        }
        return possible.get(action, True)

    @property
    def _run(self) -> Run:
        assert self.entry is not None
        assert self.entry.run is not None
        return self.entry.run

    def action_pause(self) -> None:
        run = self._run
        paused = is_pause_requested(run)
        try:
            if paused:
                clear_pause(run)
            else:
                request_pause(run)
        except WorkbenchError as error:
            self.app.tell(error)
            return
        self.app.say(f"asked {run.id} to {'go on' if paused else 'pause'}")
        self.look_again(run)

    def action_stop(self) -> None:
        if self.entry is not None and self.entry.job is not None:
            self._drop(self.entry.job)
        else:
            self._ask_to_stop(self._run)

    def _ask_to_stop(self, run: Run) -> None:
        def stop(answer: str | None) -> None:
            if answer != "stop":
                return
            try:
                request_stop(run)
            except WorkbenchError as error:
                self.app.tell(error)
            else:
                self.app.say(f"asked {run.id} to stop")
            self.look_again(run)

        text = f"{run.id}\nends after its step, with a checkpoint to resume from."
        answers = (Answer("stop", "s", "Stop"), Answer("stay", "escape", "Let it train"))
        self.app.push_screen(Question("Stop this run?", text, answers), stop)

    def action_resume(self) -> None:
        state = self.entry.row.get("state") if self.entry else None
        ask_to_resume(self.app, self._run, state)

    def _drop(self, job: Job) -> None:
        """Take what waits out of the queue; what prepares already is stopped, if that is meant."""
        trainings = self.app.trainings
        if trainings.situation().job != job:
            trainings.drop(job.number)
            self.app.say(f"{job.name} waits no more")
            return

        def stop(answer: str | None) -> None:
            if answer == "stop":
                trainings.drop(job.number)
                self.app.say(f"asked {job.name} to stop")

        text = f"{job.name} is being prepared. What waits behind it is trained all the same."
        answers = (Answer("stop", "s", "Stop"), Answer("stay", "escape", "Let it train"))
        self.app.push_screen(Question("Stop this training?", text, answers), stop)

    def action_edit(self) -> None:
        self.app.edit(self._run.profile)

    def action_tags(self) -> None:
        """Ask for the tags that the runs share; others stay on the run that has them."""
        runs = self.marked
        if (notes := self._notes_of(runs)) is None:
            return
        all_tags = [each.tags for each in notes]
        shared = [tag for tag in all_tags[0] if all(tag in tags for tags in all_tags)]

        def write(line: str | None) -> None:
            if line is not None:
                self._change(runs, lambda notes: _retagged(notes, shared, line))

        title = f"Tags of {_named(runs)}"
        self.app.push_screen(Prompt(title, "Separated by commas.", value=", ".join(shared)), write)

    def action_note(self) -> None:
        run = self._run
        if (notes := self._notes_of([run])) is None:
            return

        def write(note: str | None) -> None:
            if note is not None:
                self._change([run], lambda notes: notes.model_copy(update={"note": note}))

        self.app.push_screen(NoteDialog(f"Note on {run.id}", notes[0].note), write)

    def _notes_of(self, runs: Sequence[Run]) -> list[Notes] | None:
        """To be changed; None, and the reason told, where those of a run cannot be read."""
        try:
            return [load_notes(run.path) for run in runs]
        except WorkbenchError as error:
            self.app.tell(error)
            return None

    def _change(self, runs: Sequence[Run], change: Callable[[Notes], Notes]) -> None:
        """Change the notes as they are now: those of all runs, or of none that can be read."""
        if (notes := self._notes_of(runs)) is None:
            return
        try:
            for run, each in zip(runs, notes, strict=True):
                write_notes(run.path, change(each))
        except WorkbenchError as error:
            self.app.tell(error)
        self.look_again(*runs)

    def action_trash(self) -> None:
        entry, runs = self.entry, self.marked
        is_alone = entry is not None and [run.id for run in runs] in ([], [entry.key])
        if entry is not None and entry.job is not None and is_alone:
            self._drop(entry.job)
        elif is_alone:
            self._trash(runs)
        else:  # others than the one under the cursor: they may have been marked long ago
            answers = (Answer("trash", "t", "Trash"), Answer("stay", "escape", "Keep"))
            title = f"Move {_named(runs)} to the trash?"
            self.app.push_screen(
                Question(title, "Marked in the table. u takes back.", answers),
                lambda answer: self._trash(runs) if answer == "trash" else None,
            )

    def _trash(self, runs: Sequence[Run]) -> None:
        try:
            self._trashed.append(Trash(self.app.store.root).put(runs))
        except WorkbenchError as error:
            self.app.tell(error)
            return
        self.app.say(f"moved {_named(runs)} to the trash; u takes back")
        self.look_again()

    def action_undo(self) -> None:
        """Take back what was trashed last; what could not be stays for another try."""
        runs = self._trashed.pop()
        try:
            Trash(self.app.store.root).restore(runs)
        except WorkbenchError as error:
            self.app.tell(error)
            # Not Path.is_dir, which raises for a folder that may not be searched.
            left = [run for run in runs if os.path.lexists(run.path)]
            self._trashed += [left] if left else []
        else:
            self.app.say(f"took back {_named(runs)}")
        self.look_again()


def _retagged(notes: Notes, shared: Sequence[str], line: str) -> Notes:
    tags = changed_tags(notes.tags, remove=shared, add=parse_tags(line))
    return notes.model_copy(update={"tags": tags})


def _named(runs: Sequence[Run]) -> str:
    return runs[0].id if len(runs) == 1 else counted(len(runs), "run")
