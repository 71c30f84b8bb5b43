"""Where a profile can be taken from: a file, a ready profile, a past run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from workbench.config.anchoring import anchored
from workbench.config.reading import parse, read_text
from workbench.config.ready import ready_files, ready_profiles
from workbench.config.section import slug
from workbench.errors import WorkbenchError
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
    """Read it. Raises `ProfileError`, with all that is wrong, for what is no TOML table.

    What is no valid profile is taken: the form is where that is mended. A ready
    profile and a run's are not files to save to.
    """
    if isinstance(what, Run):
        if what.profile_problem:
            raise WorkbenchError(f"{what.id}: {what.profile_problem}")
        return Taken(what.profile, None)
    path = what.expanduser()
    table = {"name": slug(path.stem), **parse(read_text(path), path)}
    if path in _ready() or is_of_run(path):
        return Taken(anchored(table, path.absolute().parent), None)
    return Taken(table, path)


def is_of_run(path: Path) -> bool:
    """Whether a file is a run's record of its own profile, which nobody may change."""
    return path.name == "profile.toml" and (path.parent / "status.json").exists()


def _ready() -> list[Path]:
    try:
        return ready_files()
    except WorkbenchError:
        return []
