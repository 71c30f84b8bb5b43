"""A training in a process of its own session, whatever becomes of who started it.

The new process prepares with the starter's standard error, so that its progress
and its errors are seen. When training has begun it sends the run's id through a
pipe and turns its outputs to the run's log: from then on nothing ties the two.

Until then Ctrl-C and SIGTERM to the starter end both. SIGHUP ends the starter
alone: whoever closes the terminal while it prepares wants the training to go
on, and that is what `--detach` is for. So does a SIGKILL, which nobody hears.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

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
    ended it. SIGINT and SIGTERM until then are meant for both: the new process
    gets the same, and when it has ended this one takes it too, which raises
    `KeyboardInterrupt` or ends it. Main thread only.
    """
    with _passing_on() as signals:
        reading, writing = os.pipe()
        process = subprocess.Popen(  # noqa: S603 - this program itself, no shell
            [*_this_program(), *options, f"{HAND_OVER}={writing}", "--", operand],
            stdin=subprocess.DEVNULL,
            stdout=2,  # not the place for data: what it prints is meant for people
            pass_fds=[writing],
            start_new_session=True,
        )
        signals.pass_to(process)
        os.close(writing)
        with os.fdopen(reading, encoding="ascii") as pipe:
            run_id = pipe.readline().strip()
        if signals.number or not run_id:
            process.wait()
    if signals.number:
        signal.raise_signal(signals.number)
    return Background(run_id, process.pid) if run_id else _exit_code(process.returncode)


class _PassedOn:
    """What the starter is told to do while it waits, passed on to the process it waits for."""

    def __init__(self) -> None:
        self.number = 0
        """The first signal that came; 0 until then."""
        self._process: subprocess.Popen[bytes] | None = None

    def receive(self, number: int, frame: FrameType | None) -> None:
        is_second = self.number != 0
        self.number = self.number or number
        if self._process is not None:
            # A second Ctrl-C ends at once, as it does without --detach.
            is_to_die = is_second and number == signal.SIGINT
            self._process.send_signal(signal.SIGKILL if is_to_die else number)

    def pass_to(self, process: subprocess.Popen[bytes]) -> None:
        """From now on; also a signal that came before."""
        self._process = process
        if self.number:
            process.send_signal(self.number)


@contextmanager
def _passing_on() -> Iterator[_PassedOn]:
    signals = _PassedOn()
    handled = (signal.SIGINT, signal.SIGTERM)
    previous = {number: signal.getsignal(number) for number in handled}
    # What a shell had its background jobs ignore stays ignored.
    caught = [number for number in handled if previous[number] is not signal.SIG_IGN]
    for number in caught:
        signal.signal(number, signals.receive)
    try:
        yield signals
    finally:
        for number in caught:
            signal.signal(number, previous[number])


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


def _exit_code(code: int) -> int:
    if code < 0:
        raise DetachedError(
            f"the process that was to train was ended by signal {-code}",
            hint="a system that is short of memory does this; try it without --detach",
        )
    return code
