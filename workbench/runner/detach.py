"""A training in a process of its own session, whatever becomes of who started it.

The new process prepares with the starter's standard error, so that its progress
and its errors are seen. When training has begun it sends the run's id through a
pipe and turns its outputs to the run's log: from then on nothing ties the two.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from workbench.errors import DetachedError
from workbench.store.files import opened_to_append
from workbench.store.runs import Run

HAND_OVER = "--hand-over"
"""The option that names the pipe's descriptor to the new process."""


@dataclass(frozen=True)
class Background:
    """A training that has begun in another process."""

    run_id: str
    pid: int


def start_detached(options: Sequence[str], operand: str) -> Background | int:
    """Start `workbench OPTIONS OPERAND`; returns when it trains, or its exit code if it won't.

    An error was then told by itself. Raises `DetachedError` where a signal
    ended it, and `KeyboardInterrupt` after ending it.
    """
    reading, writing = os.pipe()
    process = subprocess.Popen(  # noqa: S603 - this program itself, no shell
        [*_this_program(), *options, f"{HAND_OVER}={writing}", "--", operand],
        stdin=subprocess.DEVNULL,
        stdout=2,  # not the place for data: what it prints is meant for people
        pass_fds=[writing],
        start_new_session=True,
    )
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as pipe:
            run_id = pipe.readline().strip()
        return Background(run_id, process.pid) if run_id else _exit_code(process)
    except KeyboardInterrupt:
        _end(process)
        raise


def let_go(run: Run, descriptor: int) -> None:
    """In the new process, when training has begun: outputs to the log, word to the starter."""
    log = opened_to_append(run.log_path)
    for output in (1, 2):
        os.dup2(log, output)
    os.close(log)
    # There is no terminal any more that a hang-up could take away.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with suppress(BrokenPipeError):  # a starter that was killed meanwhile
        os.write(descriptor, f"{run.id}\n".encode("ascii"))
    os.close(descriptor)


def _this_program() -> list[str]:
    """Started from a source folder it must be found there, else nothing there may stand in."""
    is_module = sys.modules["__main__"].__spec__ is not None
    where = [] if is_module else ["-P"]
    return [sys.executable, "-u", *where, "-m", "workbench"]


def _exit_code(process: subprocess.Popen[bytes]) -> int:
    code = process.wait()
    if code < 0:
        raise DetachedError(
            f"the process that was to train was ended by signal {-code}",
            hint="a system that is short of memory does this; try it without --detach",
        )
    return code


def _end(process: subprocess.Popen[bytes]) -> None:
    """As its own Ctrl-C would; a second one ends it at once."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
