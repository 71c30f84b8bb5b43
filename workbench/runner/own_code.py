"""Whose code a run's profile may name: a run folder is data, and may be a stranger's."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.config.custom import CustomSection
from workbench.config.profile import RunProfile
from workbench.errors import CallableError
from workbench.store import layout
from workbench.store.runs import Run


def runnable_profile(run: Run) -> RunProfile:
    """The run's profile, whose code is about to be run.

    This program names that code by an absolute folder outside of the runs.
    Raises `CallableError` for code that lies in a run's folder, as what a
    profile names by a relative path does, and what `Run.load_profile` raises.
    """
    profile = run.load_profile()
    check_code(profile, run.path.parent, f"the profile of run {run.id}", run.path / layout.PROFILE)
    return profile


def check_code(profile: RunProfile, runs: Path, name: str, where: object) -> None:
    """Raise `CallableError` where a profile names code in the folder of one of the `runs`.

    `name` says whose profile it is, and `where` its folder can be changed.
    """
    for section in (profile.data, profile.model):
        if isinstance(section, CustomSection) and _is_in_a_run(section, runs.absolute()):
            raise CallableError(
                f"{name} names code in a run's folder, {section.callable} in {section.folder}",
                hint="read that code; if you trust it, move it out and set folder in"
                f" {where} to its absolute path",
            )


def _is_in_a_run(section: CustomSection, runs: Path) -> bool:
    """As its path stands, where relative ones begin with the run's, and where its links lead."""
    named = section.folder.joinpath(*section.callable.partition(":")[0].split("."))
    return any(
        _leads_into_a_run(path, runs)
        or _leads_into_a_run(Path(os.path.realpath(path)), Path(os.path.realpath(runs)))
        for path in (section.folder, named)
    )


def _leads_into_a_run(path: Path, runs: Path) -> bool:
    below = path.relative_to(runs).parts if path.is_relative_to(runs) else ()
    return any(map(layout.is_id, below[:2]))  # the second of one in the trash
