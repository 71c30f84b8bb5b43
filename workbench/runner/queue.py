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
from workbench.store.runs import Run

QUEUES = "queues"
"""Folder beside the runs: each queue's profiles, and the log of its commands."""


@dataclass(frozen=True)
class Queue:
    """Trainings that wait in a process of their own session."""

    pid: int
    folder: Path
    """Holds their profiles, and `log.txt` with what the commands said."""


def start_queue(what: Sequence[RunProfile | Run], runs: Path, after: Run | None) -> Queue:
    """Train each in its turn, the first when `after` has ended; returns at once.

    One that fails does not keep the next from beginning. Raises `WriteError`
    and `DetachedError`.
    """
    folder = runs / QUEUES / f"{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}"
    try:
        folder.mkdir(parents=True)
        waiting = [["watch", "--plain", after.id]] if after else []
        commands = [*waiting, *(_command(each, folder, i) for i, each in enumerate(what, 1))]
        with (folder / "log.txt").open("ab") as log:
            pid = _start([[*line, "--quiet", f"--runs={runs}"] for line in commands], log.fileno())
    except OSError as error:
        raise WriteError(folder, error) from error
    return Queue(pid, folder)


def _command(what: RunProfile | Run, folder: Path, number: int) -> list[str]:
    if isinstance(what, Run):
        return ["resume", what.id]
    path = folder / f"{number:02}-{what.name}.toml"
    path.write_text(profile_to_toml(what), encoding="utf-8")
    return ["run", str(path)]


def _start(commands: Sequence[Sequence[str]], log: int) -> int:
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
