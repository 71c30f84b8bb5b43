"""Drills: faults, kills and hostile folders. Short in every test run, long when asked for.

WORKBENCH_DRILLS=long pytest tests/drills
"""

from __future__ import annotations

import pytest

from tests.drills.small import Undisturbed, ended, outcome, start


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """The drill's run when nothing happens to it."""
    run, process = start(tmp_path_factory.mktemp("undisturbed") / "runs")
    assert ended(process) == 0
    return Undisturbed(outcome(run), run.history().steps["loss"])
