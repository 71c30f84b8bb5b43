"""Freeing the space of ended runs: their checkpoints go, curves and weights stay."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Set
from contextlib import ExitStack
from dataclasses import dataclass

from workbench.errors import RunStateError, WriteError
from workbench.store import layout
from workbench.store.deletion import Identity, Kept, delete, opened_folder
from workbench.store.ended import held_ended
from workbench.store.runs import Run

_OURS = re.compile(
    r"(\d{9,18}\.pt(\.sha256)?|best|\.(\d{9,18}\.pt(\.sha256)?|best)\.\w{8}\.tmp)", re.ASCII
)
"""Checkpoints, their checksums, the name of the best, and what a killed writer left of these."""


@dataclass(frozen=True)
class Prunable:
    """A file that goes."""

    name: str
    """In the folder of checkpoints."""
    bytes: int
    identity: Identity
    modified: int
    """Nanoseconds since 1970. A file that was written again is another one."""


Plan = Mapping[Run, list[Prunable]]
"""The files that go, of each run."""


@dataclass(frozen=True)
class Pruned:
    """What became of a plan. A file in neither changed after it was planned, and stays."""

    deleted: Plan
    kept: tuple[Kept, ...]
    """What would not go, and why; named by run and file."""


def all_checkpoints(run: Run) -> list[Prunable]:
    """Every checkpoint file of a run, by name; links and what is not a checkpoint are left out.

    Raises `WriteError` where the folder of checkpoints is something else.
    """
    path = run.path / layout.CHECKPOINTS
    try:
        with opened_folder(path) as folder, os.scandir(folder) as entries:
            found = [
                _prunable(entry.name, entry.stat(follow_symlinks=False))
                for entry in entries
                if _OURS.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise WriteError(path, error) from error
    return sorted(found, key=_name)


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


def prune(plan: Plan, choose: Callable[[Run], list[Prunable]]) -> Pruned:
    """Delete the checkpoint files of a plan that `choose` made and would make now.

    All runs are held before the first file goes, so a live one (`RunBusyError`)
    leaves all as they are. What a run wrote since the plan was made stays, and
    what became its best. Raises what `choose` does, and `WriteError` where a
    lock cannot be made.
    """
    deleted: dict[Run, list[Prunable]] = {}
    kept: list[Kept] = []
    with ExitStack() as held:
        for run in plan:
            held.enter_context(held_ended(run))
        still = {run: {*choose(run)}.intersection(files) for run, files in plan.items()}
        for run, files in still.items():
            left = _delete(run, files)
            deleted[run] = sorted(files - left.keys(), key=_name)
            kept += left.values()
    return Pruned(deleted, tuple(kept))


def _delete(run: Run, files: Set[Prunable]) -> dict[Prunable, Kept]:
    """Delete files; returns those that would not go."""
    if not files:
        return {}
    path = run.path / layout.CHECKPOINTS
    left = {}
    try:
        with opened_folder(path) as folder:
            for file in sorted(files, key=_name):
                for kept in delete(file.name, inside=folder):
                    left[file] = Kept(f"{run.id}/{path.name}/{file.name}", kept.reason)
    except OSError as error:
        raise WriteError(path, error) from error
    return left


def _name(file: Prunable) -> str:
    return file.name


def _prunable(name: str, found: os.stat_result) -> Prunable:
    identity = Identity(found.st_dev, found.st_ino)
    return Prunable(name, found.st_size, identity, found.st_mtime_ns)
