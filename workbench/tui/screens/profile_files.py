"""Loading and saving in the form, with what is asked on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError, WriteError
from workbench.tui.form.draft import Draft
from workbench.tui.form.saving import loses, path_of, save, wrong_with
from workbench.tui.form.sources import Source, Taken, sources, take
from workbench.tui.screens.dialogs import Answer, Prompt, Question
from workbench.tui.screens.pick import Pick

if TYPE_CHECKING:
    from workbench.store.runs import Run
    from workbench.tui.screens.profile import ProfileScreen

STAY = Answer("stay", "escape", "Stay")


def _stay() -> None:
    """What comes after saving, where the form stays."""


class Files:
    """Of one form: the file it is saved to."""

    def __init__(self, screen: ProfileScreen, path: Path | None) -> None:
        self._screen = screen
        self.path = path
        self._overwrites = False
        """Whether a person agreed that the file is written over."""

    def pick(self, title: str, then: Callable[[Path | Run, str], None]) -> None:
        """Ask for a source, and go on with it and its name."""
        found: list[Source] = sources(self._screen.app.store.list())

        def picked(answer: int | str | None) -> None:
            if isinstance(answer, int):
                then(found[answer].what, found[answer].label)
            elif answer:
                then(Path(answer.strip()), answer.strip())

        screen = Pick(title, [source.label for source in found], _offer)
        self._screen.app.push_screen(screen, picked)

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
            self.path, self._overwrites = taken.path, False
            self._screen.run_worker(self._screen.form.open(Draft(taken.table, taken.base)))

    def save(self, then: Callable[[], object] = _stay) -> None:
        """Save, asking for what is not known, and go on with `then` once it is done."""
        if self.path is None:
            self.save_as(then)
        elif self._overwrites or not loses(self.path).startswith("Its comments"):
            self._write(self.path, then)
        else:
            self._ask_overwrite(self.path, then)

    def save_as(self, then: Callable[[], object] = _stay) -> None:
        name = self._screen.draft.table.get("name")
        value = str(self.path or f"{name if isinstance(name, str) else 'profile'}.toml")
        self._screen.app.push_screen(
            Prompt("Save as", value=value, check=wrong_with), partial(self._save_to, then)
        )

    def _save_to(self, then: Callable[[], object], typed: str | None) -> None:
        if typed is None:
            return
        path = path_of(typed)
        if path.exists():
            self._ask_overwrite(path, then)
        else:
            self._write(path, then)

    def _ask_overwrite(self, path: Path, then: Callable[[], object]) -> None:
        answers = (Answer("write", "w", "Write over it"), STAY)
        question = Question(f"{path.name} is there already", loses(path), answers)
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
        self.path, self._overwrites = path, True
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
        question = Question(
            title,
            "Its changes are not saved.",
            (Answer("save", "s", "Save first"), Answer("drop", "d", "Drop them"), STAY),
        )

        def answered(answer: str | None) -> None:
            if answer == "drop":
                go()
            elif answer == "save":
                self.save(go)

        self._screen.app.push_screen(question, answered)


def _offer(text: str) -> str:
    return f"file   {text.strip()}" if text.strip() else ""
