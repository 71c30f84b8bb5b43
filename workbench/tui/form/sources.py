"""Where a profile can be taken from: a file, a ready profile, a past run."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.config.anchoring import anchored
from workbench.config.reading import parse, read_text
from workbench.config.ready import ready_files, ready_profiles
from workbench.config.section import slug
from workbench.errors import Problem, ProfileError, WorkbenchError
from workbench.store.runs import Run
from workbench.tui.form.groups import Table


@dataclass(frozen=True)
class Source:
    """One that can be chosen."""

    label: str
    what: Path | Run


@dataclass(frozen=True)
class Taken:
    """A profile as written, and the file to which it can be saved again."""

    table: Table
    path: Path | None

    @property
    def base(self) -> Path:
        """The folder that its relative paths start from."""
        return self.path.absolute().parent if self.path else Path.cwd()


def sources(runs: Iterable[Run]) -> list[Source]:
    """The ready profiles, then the runs."""
    try:
        folder, files = ready_profiles(), ready_files()
    except WorkbenchError:
        folder, files = Path(), []
    ready = [Source(f"ready  {path.relative_to(folder)}", path) for path in files]
    return ready + [Source(f"run    {run.id}", run) for run in runs]


def take(what: Path | Run) -> Taken:
    """Read it. Raises `WorkbenchError`, with all that is wrong, for what is no TOML table.

    What is no valid profile is taken: the form is where that is mended.
    """
    if isinstance(what, Run):
        if what.profile_problem:
            raise WorkbenchError(f"{what.id}: {what.profile_problem}")
        return Taken(what.profile, None)
    path = _at_home(what)
    return taken({"name": slug(path.stem), **parse(read_text(path), path)}, path)


def _at_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # the home of nobody
        problem = Problem("", f"cannot be read: {error}".rstrip("."))
        raise ProfileError(path, (problem,), hint="spell the folder out") from error


def taken(table: Table, path: Path | None) -> Taken:
    """A table as written in the file at `path`; None for one that was never in a file.

    What may not be written over is left behind, and paths in it that are
    relative to it are made absolute.
    """
    if path is None or not why_kept(path):
        return Taken(table, path)
    return Taken(anchored(table, path.absolute().parent), None)


def why_kept(path: Path) -> str:
    """Why a file may not be written over; empty where it may."""
    if path.name == "profile.toml" and os.path.lexists(path.parent / "status.json"):
        return "that is a run's own record"
    if os.path.realpath(path) in map(os.path.realpath, _ready()):
        return "that profile comes with the program"
    return ""


def _ready() -> list[Path]:
    try:
        return ready_files()
    except WorkbenchError:
        return []
