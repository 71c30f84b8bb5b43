"""Drills: faults, kills and hostile folders. Short in every test run, long when asked for.

WORKBENCH_DRILLS=long pytest tests/drills
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.drills.small import Undisturbed, ended, outcome, start


@pytest.fixture(scope="session")
def times() -> Callable[[int, int], int]:
    """`times(6, 200)`: how often a drill is repeated, in a short run and in a long one."""
    is_long = os.environ.get("WORKBENCH_DRILLS") == "long"
    return lambda short, long: long if is_long else short


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The drill's run when nothing happens to it."""
    run, process = start(tmp_path_factory.mktemp("undisturbed") / "runs")
    assert ended(process) == 0
    return Undisturbed(outcome(run), run.history().steps["loss"])
