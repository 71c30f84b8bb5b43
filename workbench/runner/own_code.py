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
    for section in (profile.data, profile.model):
        if isinstance(section, CustomSection) and _is_in_a_run(section, run):
            raise CallableError(
                f"the profile of run {run.id} names code in a run's folder,"
                f" {section.callable} in {section.folder}",
                hint="read that code; if you trust it, move it out and set folder in"
                f" {run.path / layout.PROFILE} to its absolute path",
            )
    return profile


def _is_in_a_run(section: CustomSection, run: Run) -> bool:
    """As its path stands, where relative ones begin with the run's, and where its links lead."""
    runs = run.path.absolute().parent
    named = section.folder.joinpath(*section.callable.partition(":")[0].split("."))
    return any(
        _leads_into_a_run(path, runs)
        or _leads_into_a_run(Path(os.path.realpath(path)), Path(os.path.realpath(runs)))
        for path in (section.folder, named)
    )


def _leads_into_a_run(path: Path, runs: Path) -> bool:
    below = path.relative_to(runs).parts if path.is_relative_to(runs) else ()
    return bool(below) and layout.is_id(below[0])
