"""Waiting for a condition, never for a time; and what is waited for most."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE_SECONDS = 60.0
"""So long only where a test would have failed anyway."""


def until(
    holds: Callable[[], object],
    found: Callable[[], object] = str,
    *,
    seconds: float = PATIENCE_SECONDS,
    pause: float = 0.01,
) -> None:
    """Wait for a condition; `found` says what is there where it never comes."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain; found: {found()}"
        time.sleep(pause)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; whoever inherited it may not have looked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


def children_of(pid: int) -> list[int]:
    """The processes that a process has started; none once it has gone."""
    try:
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    except OSError:
        return []
