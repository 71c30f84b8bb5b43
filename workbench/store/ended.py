"""Holding a run that has ended, so that nobody resumes, moves or prunes it meanwhile."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from workbench.errors import RunBusyError, RunNotFoundError
from workbench.store import layout
from workbench.store.liveness import is_alive, is_in_sight, read_owner
from workbench.store.lock import RunLock
from workbench.store.runs import Run
from workbench.store.status import Status


@contextmanager
def held_ended(run: Run) -> Iterator[None]:
    """Hold a run that no process owns.

    Raises `RunBusyError` for a live one, `RunNotFoundError` for one that is
    gone, `WriteError` where its lock cannot be made. The status is asked as
    well as the lock: the run may train on another machine, over a file system
    whose locks do not reach here.
    """
    check_ended(run)
    with RunLock(run.path) if _can_be_held(run) else nullcontext():
        check_ended(run)
        yield


def check_ended(run: Run) -> None:
    """Raise `RunBusyError` for a run whose owner lives, `RunNotFoundError` for one that is gone."""
    if not os.path.lexists(run.path):
        raise RunNotFoundError(
            f"run {run.id} is not in {run.path.parent} any more",
            hint="another process moved or deleted it: workbench runs lists what there is",
        )
    check_unseen_owner(run)
    status = run.status()
    if status.is_active:
        raise RunBusyError(
            f"run {run.id} is {status.state}", hint=f"end it first: workbench stop {run.id}"
        )


def check_unseen_owner(run: Run) -> None:
    """Raise `RunBusyError` where only the status could say whether the owner lives, and cannot.

    The heartbeat of a process on another host stands in the status: while that
    is damaged the run may train there, and this host's lock may not reach it.
    """
    status, owner = run.status(), read_owner(run.path)
    if status.state != "unreadable" or owner is None:
        return
    if not is_in_sight(owner) or is_alive(owner, status):
        raise RunBusyError(
            f"run {run.id} may be held by process {owner.pid} on {owner.host}: "
            f"its {layout.STATUS} cannot be read",
            hint=f"when that process has ended, delete {run.path / layout.OWNER}",
        )


def known_status(run: Run) -> Status:
    """The status; where it cannot be read, how the run ended if its metrics tell."""
    status = run.status()
    ended = run.history().ended if status.state == "unreadable" else None
    if ended is None:
        return status
    return status.model_copy(update={"state": ended.state, "reason": ended.reason})


def _can_be_held(run: Run) -> bool:
    """No process holds a run by a link, a folder or a pipe that someone put there as its lock."""
    try:
        return stat.S_ISREG((run.path / layout.LOCK).lstat().st_mode)
    except OSError:
        return True
