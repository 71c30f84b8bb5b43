"""Processes that are forked from a server which has torch imported already.

Two hundred of them cost seconds of imports, not a quarter of an hour.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import signal
import sys
import termios
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess

FORKS = multiprocessing.get_context("forkserver")
# The first step of an optimizer imports dynamo, which takes as long as torch itself.
FORKS.set_forkserver_preload(["workbench.cli.main", "workbench.runner.attempts", "torch._dynamo"])


class ForkedProgram:
    """A function in a process that is forked, for those who know `subprocess.Popen`."""

    def __init__(self, process: ForkServerProcess) -> None:
        process.start()
        assert process.pid is not None
        self.pid = process.pid
        self._process = process

    @property
    def returncode(self) -> int | None:
        """Its exit code, -n where signal n ended it; None while it goes on."""
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, seconds: float | None = None) -> int:
        self._process.join(seconds)
        assert self.returncode is not None
        return self.returncode

    def kill(self) -> None:
        self._process.kill()


def call_on_terminal(
    call: Callable[[], None], terminal: int, environment: dict[str, str]
) -> ForkedProgram:
    """Call a function in a new session on a terminal."""
    arguments = (call, os.ttyname(terminal), environment)
    return ForkedProgram(FORKS.Process(target=_call, args=arguments))


def _call(call: Callable[[], None], name: str, environment: dict[str, str]) -> None:
    """As a new interpreter would: the terminal is all it has."""
    os.environ.clear()
    os.environ.update(environment)
    os.setsid()
    terminal = os.open(name, os.O_RDWR)
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number, (stream, mode) in enumerate([("stdin", "r"), ("stdout", "w"), ("stderr", "w")]):
        os.dup2(terminal, number)
        file = os.fdopen(number, mode, 1, encoding="utf-8", closefd=False)
        vars(sys).update({stream: file, f"__{stream}__": file})
    os.close(terminal)
    # Under nohup the test's own process ignores it, and a child inherits that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    sys.modules["__main__"].__spec__ = None
    call()
