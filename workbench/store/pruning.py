"""Freeing the space of ended runs: their checkpoints go, curves and weights stay."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass

from workbench.errors import RunStateError, WriteError
from workbench.store import layout
from workbench.store.deletion import opened_folder
from workbench.store.ended import held_ended
from workbench.store.runs import Run

_OURS = re.compile(r"(\d{9,18}\.pt(\.sha256)?|best|\.(\d{9,18}\.pt(\.sha256)?|best)\.\w{8}\.tmp)")
"""Checkpoints, their checksums, the name of the best, and what a killed writer left of these."""


@dataclass(frozen=True)
class Prunable:
    """A file that goes."""

    name: str
    """In the folder of checkpoints."""
    bytes: int


def all_checkpoints(run: Run) -> list[Prunable]:
    """Every checkpoint file of a run, by name; links and what is not a checkpoint are left out.

    Raises `WriteError` where the folder of checkpoints is something else.
    """
    path = run.path / layout.CHECKPOINTS
    try:
        with opened_folder(path) as folder, os.scandir(folder) as entries:
            found = [
                Prunable(entry.name, entry.stat(follow_symlinks=False).st_size)
                for entry in entries
                if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WriteError(path, error) from error
    return sorted(found, key=lambda file: file.name)


def all_but_best(run: Run) -> list[Prunable]:
    """The checkpoint files without the best epoch's. Raises `RunStateError` where it has none."""
    files = all_checkpoints(run)
    if not files:
        return []
    best = [checkpoint.path.name for checkpoint in run.checkpoints().intact if checkpoint.best]
    if not best:
        raise RunStateError(
            f"run {run.id} has no intact checkpoint of its best epoch",
            hint="without --keep-best all its checkpoints go",
        )
    kept = {best[0], f"{best[0]}.sha256", "best"}
    return [file for file in files if file.name not in kept]


def prune(run: Run, files: list[Prunable]) -> None:
    """Delete checkpoint files of an ended run. Raises `RunBusyError`, `WriteError`."""
    path = run.path / layout.CHECKPOINTS
    with held_ended(run):
        try:
            with opened_folder(path) as folder:
                for file in files:
                    _unlink(file.name, folder)
        except OSError as error:
            raise WriteError(path, error) from error


def _unlink(name: str, folder: int) -> None:
    try:
        if stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass  # the run was resumed meanwhile, and ended again
