"""Loading and saving in the form, with what is asked on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.config.wording import printable, shortened
from workbench.errors import WorkbenchError, WriteError
from workbench.tui.form.draft import Draft
from workbench.tui.form.saving import Loss, content_of, loses, path_of, save, wrong_with
from workbench.tui.form.sources import Taken, sources, take
from workbench.tui.screens.dialogs import Answer, Prompt, Question
from workbench.tui.screens.pick import Pick

if TYPE_CHECKING:
    from workbench.store.runs import Run
    from workbench.tui.screens.profile import ProfileScreen

STAY = Answer("stay", "escape", "Stay")

LOSSES: Mapping[Loss, str] = {
    Loss.COMMENTS: "Its comments are lost.",
    Loss.CHANGES: "It was changed on disk since it was loaded or saved here; that is lost.",
    Loss.PROFILE: "What it holds now is lost.",
    Loss.OTHER: "What it holds now is no profile, and is lost.",
}


def _stay() -> None:
    """What comes after saving, where the form stays."""


class Files:
    """Of one form: the file it is saved to."""

    def __init__(self, screen: ProfileScreen, path: Path | None) -> None:
        self._screen = screen
        self.path = path
        self._known = content_of(path) if path else None
        """What the file held when it was loaded or saved here."""

    def pick(self, title: str, then: Callable[[Path | Run, str], None]) -> None:
        """Ask for a source, and go on with it and its name."""
        found = sources(self._runs())

        def picked(answer: int | str | None) -> None:
            if isinstance(answer, int):
                then(found[answer].what, found[answer].label)
            elif answer:
                then(Path(answer.strip()), answer.strip())

        screen = Pick(title, [source.label for source in found], _offer)
        self._screen.app.push_screen(screen, picked)

    def _runs(self) -> Sequence[Run]:
        """None where their folder cannot be read, which is told."""
        try:
            return self._screen.app.store.list()
        except WorkbenchError as error:
            self._screen.app.tell(error)
            return ()

    def taken(self, what: Path | Run) -> Taken | None:
        """What the source holds; where it holds nothing of use, its errors are shown."""
        try:
            return take(what)
        except WorkbenchError as error:
            self._screen.app.tell(error)
            return None

    def load(self) -> None:
        self._unless_unsaved("Load another profile?", lambda: self.pick("Load", self._load))

    def _load(self, what: Path | Run, label: str) -> None:
        taken = self.taken(what)
        if taken is not None:
            self.path = taken.path
            self._known = content_of(taken.path) if taken.path else None
            self._screen.form.open(Draft(taken.table, taken.base))

    def save(self, then: Callable[[], object] = _stay) -> None:
        """Save, asking for what is not known, and go on with `then` once it is done."""
        if self.path is None:
            self.save_as(then)
        else:
            self._save_at(self.path, then)

    def save_as(self, then: Callable[[], object] = _stay) -> None:
        name = self._screen.draft.table.get("name")
        value = str(self.path or f"{name if isinstance(name, str) else 'profile'}.toml")
        self._screen.app.push_screen(
            Prompt("Save as", value=value, check=wrong_with), partial(self._save_to, then)
        )

    def _save_to(self, then: Callable[[], object], typed: str | None) -> None:
        if typed is not None:
            self._save_at(path_of(typed), then)

    def _save_at(self, path: Path, then: Callable[[], object]) -> None:
        """Save there; where that loses something, ask first."""
        loss = loses(path, self._known if path == self.path else None)
        if loss is Loss.NOTHING:
            self._write(path, then)
            return
        answers = (Answer("write", "w", "Write over it"), STAY)
        question = Question(f"Write over {printable(path.name)}?", LOSSES[loss], answers)
        self._screen.app.push_screen(
            question, lambda answer: self._write(path, then) if answer == "write" else None
        )

    def _write(self, path: Path, then: Callable[[], object]) -> None:
        draft = self._screen.draft
        try:
            save(draft.table, draft.base, path)
        except WriteError as error:
            self._screen.app.tell(error)
            return
        self.path, self._known = path, content_of(path)
        draft.saved()
        problems = self._screen.form.examined.problems
        self._screen.app.say(f"saved {path}" + (", with its errors" if problems else ""))
        self._screen.form.check()
        then()

    def leave(self, go: Callable[[], object]) -> None:
        self._unless_unsaved("Leave the form?", go)

    def _unless_unsaved(self, title: str, go: Callable[[], object]) -> None:
        if not self._screen.draft.is_changed:
            go()
            return
        name = self.path.name if self.path else str(self._screen.draft.table.get("name", ""))
        question = Question(
            title,
            f"The changes of {shortened(printable(name)) or 'the new profile'} are not saved.",
            (Answer("save", "s", "Save first"), Answer("drop", "x", "Drop them"), STAY),
        )

        def answered(answer: str | None) -> None:
            if answer == "drop":
                go()
            elif answer == "save":
                self.save(go)

        self._screen.app.push_screen(question, answered)


def _offer(text: str) -> str:
    return f"file   {text.strip()}" if text.strip() else ""
