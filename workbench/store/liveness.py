"""Who holds a run, and whether that process still lives.

`owner.json` names the process by host, boot, pid namespace, pid and start time,
so that a reused pid is not taken for it. The owner removes the file when it lets go of
the run, also when the process lives on: a run without an owner is held by nobody.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from workbench.store import layout
from workbench.store.atomic import write_json
from workbench.store.files import read_json
from workbench.store.status import Status
from workbench.store.text import CleanText

HEARTBEAT_LIMIT_SECONDS = 60.0
"""A run of another host is taken for dead when its heartbeat is older by every clock."""

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_PID_NAMESPACE = Path("/proc/self/ns/pid")


class Owner(BaseModel):
    model_config = ConfigDict(frozen=True)

    host: CleanText
    boot_id: str
    """Changes with every boot; empty where the system has none."""
    pid_namespace: str = ""
    """In which `pid` counts: a container has its own. Empty where the system has none."""
    pid: int
    start_time: int
    """Clock ticks from boot to the process's start, field 22 of proc(5)'s stat."""


def write_owner(run: Path) -> None:
    """Make this process the owner of a run. Raises `WriteError`."""
    pid = os.getpid()
    owner = Owner(
        host=socket.gethostname(),
        boot_id=_boot_id(),
        pid_namespace=_pid_namespace(),
        pid=pid,
        start_time=_start_time(pid) or 0,
    )
    write_json(run / layout.OWNER, owner.model_dump())


def read_owner(run: Path) -> Owner | None:
    """The owner; None where the run was let go or the file is damaged."""
    try:
        return Owner.model_validate(read_json(run / layout.OWNER))
    except (OSError, ValueError):
        return None


def remove_owner(run: Path) -> None:
    """Let go of a run."""
    # On a disk that became read-only the end of the process says it.
    with suppress(OSError):
        (run / layout.OWNER).unlink(missing_ok=True)


def is_alive(owner: Owner | None, status: Status) -> bool:
    """Whether the owner of a run lives.

    In this host's, boot's and container's processes the owner itself is looked
    for; of others only the heartbeat in `status` is known: by the clock of that
    host, which may be wrong, and by the clock of the disk, where a copy looks
    younger than it is. The younger counts: to take the living for dead would
    train it twice.

    This host's name with another boot means that this machine booted anew, or
    that two machines, as containers on a shared disk, bear one name. The latter
    has a heartbeat since this boot; without one the run is dead at once, so
    that whatever starts with the machine can resume it.
    """
    if owner is None:
        return False
    if is_in_sight(owner):
        return _start_time(owner.pid) == owner.start_time
    if status.updated is None:
        return False
    heartbeats = [status.updated, status.changed or status.updated]
    if _is_of_another_boot(owner):
        heartbeats = [each for each in heartbeats if each > _booted()]
    # Clocks differ a little in both directions.
    return any(abs(time.time() - each) <= HEARTBEAT_LIMIT_SECONDS for each in heartbeats)


def _is_of_another_boot(owner: Owner) -> bool:
    """Whether the owner bears this host's name, under another boot."""
    boots = {owner.boot_id, _boot_id()}
    return owner.host == socket.gethostname() and "" not in boots and len(boots) == 2


def is_in_sight(owner: Owner) -> bool:
    """Whether its pid is one of the processes that this one sees."""
    here = (socket.gethostname(), _boot_id(), _pid_namespace())
    return bool(owner.boot_id) and (owner.host, owner.boot_id, owner.pid_namespace) == here


def _booted() -> float:
    """When this machine booted, in seconds since 1970."""
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)


def _boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _pid_namespace() -> str:
    try:
        return str(_PID_NAMESPACE.readlink())
    except OSError:
        return ""


def _start_time(pid: int) -> int | None:
    """The start time of a process; None if there is none, or only its zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # Field 2 is the command in parentheses, which may hold spaces and parentheses itself.
    state, *fields = stat.rpartition(")")[2].split()
    return None if state in "ZX" else int(fields[18])
