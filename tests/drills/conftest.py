"""Drills: faults, kills and hostile folders. Short in every test run, long when asked for.

WORKBENCH_DRILLS=long pytest tests/drills
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest


@pytest.fixture(scope="session")
def times() -> Callable[[int, int], int]:
    """`times(6, 200)`: how often a drill is repeated, in a short run and in a long one."""
    is_long = os.environ.get("WORKBENCH_DRILLS") == "long"
    return lambda short, long: long if is_long else short
