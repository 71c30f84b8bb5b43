"""The trash: run folders set aside in `<runs>/.trash`, until it is emptied."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.errors import (
    RunBusyError,
    RunNotFoundError,
    RunStateError,
    WorkbenchError,
    WriteError,
)
from workbench.store import layout
from workbench.store.deletion import Identity, Kept, delete, identity_of, opened_folder, size_of
from workbench.store.ended import held_ended
from workbench.store.runs import Run, RunStore


@dataclass(frozen=True)
class Trashed:
    """A run in the trash, or what an emptying that was cut short left of one."""

    name: str
    bytes: int
    """Of its files."""
    identity: Identity
    """Another run may come by the same name: this tells them apart."""


@dataclass(frozen=True)
class Emptied:
    """What became of what was to be deleted."""

    deleted: tuple[Trashed, ...]
    gone: tuple[Trashed, ...]
    """No longer there: restored, or deleted by another process."""
    kept: tuple[Kept, ...]
    """What would not go, and why."""


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
        leaves all where they are. Raises `RunNotFoundError` for one that is
        gone, `RunStateError` where the trash has the name already, `WriteError`
        where the disk refuses; all are then where they were, or are named.
        """
        self._exists()
        return self._moved(runs, self.path)

    def restore(self, runs: Sequence[Run]) -> list[Run]:
        """Move runs of the trash back; returns them where they are then. Raises as `put` does."""
        return self._moved(runs, self.root)

    def find(self, reference: str) -> Run:
        """The trashed run of an id, a part of one, or `latest`. Raises `RunNotFoundError`."""
        self._exists()
        return self._runs.find(reference)

    def contents(self) -> list[Trashed]:
        """All that emptying the trash would delete, newest run first.

        Raises `WorkbenchError` for a trash that cannot be read.
        """
        if not self._exists():
            return []
        with self._opened() as folder:
            return [*_trashed(folder)]

    def empty(self, contents: Iterable[Trashed]) -> Emptied:
        """Delete for good what `contents` names, and nothing that came since.

        Raises `WorkbenchError` for a trash that cannot be read.
        """
        if not self._exists():
            return Emptied((), tuple(contents), ())
        deleted, gone, kept = [], [], []
        with self._opened() as folder:
            for each in contents:
                try:
                    left = self._delete(each, folder)
                except (FileNotFoundError, RunNotFoundError):
                    gone.append(each)
                    continue
                kept += left
                if not left:
                    deleted.append(each)
        return Emptied(tuple(deleted), tuple(gone), tuple(kept))

    def _delete(self, each: Trashed, folder: int) -> list[Kept]:
        """Raises `FileNotFoundError` or `RunNotFoundError` where it is gone."""
        with ExitStack() as held:
            # A link is not looked through: a run that it points to is not in the trash.
            if stat.S_ISDIR(os.stat(each.name, dir_fd=folder, follow_symlinks=False).st_mode):
                try:
                    held.enter_context(held_ended(Run(self.path / each.name)))
                except RunBusyError as error:  # somebody trains in the trash
                    return [Kept(each.name, error.message)]
                except WriteError:
                    pass  # what cannot be locked, no process holds
            if identity_of(each.name, inside=folder) != each.identity:
                raise FileNotFoundError
            return delete(each.name, inside=folder)

    def _moved(self, runs: Sequence[Run], folder: Path) -> list[Run]:
        with ExitStack() as held:
            for run in runs:
                held.enter_context(held_ended(run))
                _check_free(folder / run.id)
            moved: list[Run] = []
            try:
                if folder == self.path:
                    folder.mkdir(exist_ok=True)
                for run in runs:
                    moved.append(Run(run.path.rename(folder / run.id)))
            except OSError as error:
                raise _not_moved(runs, moved, folder, error) from error
            return moved

    def _exists(self) -> bool:
        """Raises `WorkbenchError` for a link: what lies elsewhere is no trash of ours."""
        try:
            mode = self.path.lstat().st_mode
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unreadable(error) from error
        if not stat.S_ISDIR(mode):
            raise WorkbenchError(
                f"{self.path} is not a folder of its own", hint="move it away, or rename it"
            )
        return True

    @contextmanager
    def _opened(self) -> Iterator[int]:
        try:
            with opened_folder(self.path) as folder:
                yield folder
        except OSError as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: OSError) -> WorkbenchError:
        return WorkbenchError(
            f"cannot read the trash {self.path}: {error.strerror or error}",
            hint="check the folder's permissions, or name another one with --runs",
        )


def _trashed(folder: int) -> Iterator[Trashed]:
    with os.scandir(folder) as entries:
        names = sorted((entry.name for entry in entries), reverse=True)
    for name in names:
        try:
            yield Trashed(name, size_of(name, inside=folder), identity_of(name, inside=folder))
        except FileNotFoundError:
            continue  # another process empties the trash too


def _check_free(target: Path) -> None:
    if os.path.lexists(target):
        raise RunStateError(
            f"{target} is there already", hint="move or rename one of the two folders"
        )


def _not_moved(
    runs: Sequence[Run], moved: Sequence[Run], folder: Path, error: OSError
) -> WriteError:
    """Move back what was moved; the error, which names what could not be."""
    failure = WriteError(folder / runs[len(moved)].id, error)
    stuck = []
    for run, there in zip(runs, moved, strict=False):
        try:
            there.path.rename(run.path)
        except OSError:
            stuck.append(there.id)
    if stuck:
        home = runs[0].path.parent
        failure.hint += f"; then move back to {home} what stayed in {folder}: {', '.join(stuck)}"
    return failure
