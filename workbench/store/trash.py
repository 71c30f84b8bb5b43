"""The trash: run folders set aside in `<runs>/.trash`, until it is emptied."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import RunBusyError, RunStateError, WorkbenchError, WriteError
from workbench.store import layout
from workbench.store.deletion import Kept, delete, opened_folder, size_of
from workbench.store.ended import check_ended, held_ended
from workbench.store.runs import Run, RunStore


@dataclass(frozen=True)
class Trashed:
    """A run in the trash, or what an emptying that was cut short left of one."""

    name: str
    bytes: int
    """Of its files."""


class Trash:
    """What `root` holds of trashed runs. It need not exist: it is then empty."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / layout.TRASH
        self._runs = RunStore(
            self.path,
            start="workbench trash RUN moves a run there",
            look="workbench trash lists what there is",
        )

    def put(self, runs: Sequence[Run]) -> list[Run]:
        """Move ended runs into the trash; returns them as they lie there.

        All are held before the first is moved, so a live one (`RunBusyError`)
        leaves all where they are. Raises `RunStateError` where the trash has
        the name already, `WriteError` where the disk refuses; all are then where
        they were.
        """
        with ExitStack() as held:
            for run in runs:
                held.enter_context(held_ended(run))
                self._check_free(self.path / run.id)
            return self._moved(runs, self.path)

    def restore(self, runs: Sequence[Run]) -> list[Run]:
        """Move runs of the trash back. Raises `RunStateError` where a name is taken."""
        for run in runs:
            self._check_free(self.root / run.id)
        return self._moved(runs, self.root)

    def find(self, reference: str) -> Run:
        """The trashed run of an id, a part of one, or `latest`. Raises `RunNotFoundError`."""
        self._exists()
        return self._runs.find(reference)

    def contents(self) -> list[Trashed]:
        """All that emptying the trash would delete, newest run first."""
        if not self._exists():
            return []
        with opened_folder(self.path) as folder:
            return [
                Trashed(name, size_of(name, inside=folder)) for name in reversed(_names(folder))
            ]

    def empty(self) -> list[Kept]:
        """Delete all that is in the trash, for good; returns what would not go, and why."""
        if not self._exists():
            return []
        with opened_folder(self.path) as folder:
            return [kept for name in _names(folder) for kept in self._delete(name, folder)]

    def _delete(self, name: str, folder: int) -> list[Kept]:
        try:
            check_ended(Run(self.path / name))  # somebody may train in the trash
        except RunBusyError as error:
            return [Kept(name, error.message)]
        return delete(name, inside=folder)

    def _moved(self, runs: Sequence[Run], folder: Path) -> list[Run]:
        moved: list[Run] = []
        try:
            if not self._exists():
                self.path.mkdir(exist_ok=True)
            for run in runs:
                moved.append(Run(run.path.rename(folder / run.id)))
        except OSError as error:
            for run, there in zip(runs, moved, strict=False):
                there.path.rename(run.path)
            raise WriteError(folder / runs[len(moved)].id, error) from error
        return moved

    def _exists(self) -> bool:
        """Raises `WorkbenchError` for a link: what lies elsewhere is no trash of ours."""
        if not os.path.lexists(self.path):
            return False
        if self.path.is_symlink() or not self.path.is_dir():
            raise WorkbenchError(
                f"{self.path} is not a folder of its own", hint="move it away, or rename it"
            )
        return True

    def _check_free(self, target: Path) -> None:
        if os.path.lexists(target):
            raise RunStateError(
                f"{target} is there already", hint="move or rename one of the two folders"
            )


def _names(folder: int) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries)
