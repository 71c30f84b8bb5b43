"""Trainings one after the other in the background: what a shell does with a line of commands."""

from __future__ import annotations

import os
import shlex
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from workbench.config.profile import RunProfile
from workbench.config.writing import profile_to_toml
from workbench.errors import DetachedError, WriteError
from workbench.runner.detach import this_program
from workbench.runner.own_code import check_code
from workbench.store.runs import Run

QUEUES = "queues"
"""Folder beside the runs: each queue's profiles, and the log of its commands."""


Command = Sequence[str]
"""Words after `workbench`."""


@dataclass(frozen=True)
class KeptQueue:
    """Trainings that can be started, whatever becomes of this process."""

    commands: Sequence[Command]
    runs: Path
    folder: Path
    """Holds their profiles, and `log.txt` with what the commands said."""


def keep_queue(what: Sequence[RunProfile | Run], runs: Path) -> KeptQueue:
    """Write what waits below `runs`. Raises `WriteError`, and what `check_code` raises."""
    folder = runs / QUEUES / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    try:
        folder.mkdir(parents=True)
        commands = [_command(each, folder, i) for i, each in enumerate(what, 1)]
    except OSError as error:
        raise WriteError(folder, error) from error
    return KeptQueue(commands, runs, folder)


def start_queue(kept: KeptQueue, after: Run | None) -> int:
    """Train each in its turn, the first when `after` has ended; returns at once.

    Returns the number of the process, which leads a group of its own. One that
    fails does not keep the next from beginning. Raises `WriteError` and
    `DetachedError`.
    """
    waiting = [["watch", "--plain", after.id]] if after else []
    commands = [[*each, "--quiet", f"--runs={kept.runs}"] for each in [*waiting, *kept.commands]]
    path = kept.folder / "log.txt"
    try:
        with path.open("ab") as log:
            return _start(commands, log.fileno())
    except OSError as error:
        raise WriteError(path, error) from error


def _command(what: RunProfile | Run, folder: Path, number: int) -> list[str]:
    if isinstance(what, Run):
        return ["resume", what.id]
    check_code(what, folder.parents[1], f"profile {what.name}", "the profile")
    path = folder / f"{number:02}-{what.name}.toml"
    path.write_text(profile_to_toml(what), encoding="utf-8")
    return ["run", str(path)]


def _start(commands: Sequence[Command], log: int) -> int:
    line = "; ".join(shlex.join([*this_program(), *command]) for command in commands)
    try:
        process = subprocess.Popen(  # noqa: S603 - this program itself, every word quoted
            ["/bin/sh", "-c", line],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    except OSError as error:
        raise DetachedError(f"no process can be started: {error.strerror}") from error
    return process.pid
