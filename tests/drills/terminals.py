"""The workbench on a terminal of its own, as a person has it, with all that it sends."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyte

from tests.drills.forks import call_on_terminal
from tests.waiting import until

ROOT = Path(__file__).parents[2]

WORKBENCH = [sys.executable, "-m", "workbench"]

INHERITED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE")

PROTOCOL_ENDS = b"\x1b[<u"


class Terminal:
    """A session whose only process is the command; its screen is drawn by pyte.

    A function in place of a command is called in a forked process.
    """

    def __init__(
        self,
        command: list[str] | Callable[[], None],
        *,
        columns: int = 80,
        rows: int = 24,
        **environment: str,
    ) -> None:
        self.master, theirs = pty.openpty()
        self.resize(columns, rows)
        inherited = {key: value for key, value in os.environ.items() if key not in INHERITED}
        known = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        everything = {**inherited, **known, **environment}
        self.process = (
            call_on_terminal(command, theirs, everything)
            if callable(command)
            else _started(command, theirs, everything)
        )
        os.close(theirs)
        self.raw = b""

    @property
    def pid(self) -> int:
        return self.process.pid

    def resize(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._held = b""

    def read(self, seconds: float = 0.05) -> bytes:
        """What came meanwhile; empty also when nobody has the other side any more."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 1 << 16)
        except OSError:  # how Linux says that the other side is closed
            return b""
        self.raw += data
        self._draw(data)
        return data

    def _draw(self, data: bytes) -> None:
        # pyte takes the end of the keyboard protocol's sequences for text.
        data = (self._held + data).replace(PROTOCOL_ENDS, b"")
        whole = len(data)
        if (last := data.rfind(b"\x1b")) >= 0 and PROTOCOL_ENDS.startswith(data[last:]):
            whole = last  # it may be the first half of one
        self._held = data[whole:]
        self._stream.feed(data[:whole])

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def shows(self, *texts: str) -> Callable[[], bool]:
        def holds() -> bool:
            while self.read():
                pass
            shown = "\n".join(self.lines())
            return all(text in shown for text in texts)

        return holds

    def press(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    def await_text(self, *texts: str) -> None:
        until(self.shows(*texts), lambda: "\n".join(self.lines()))

    def wait(self) -> int:
        """Read on until the command has ended; its exit code."""
        until(lambda: (self.read(), self.process.poll() is not None)[1])
        while self.read():
            pass
        return self.process.returncode

    def close(self) -> None:
        os.close(self.master)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            with suppress(ProcessLookupError):  # it ends in this moment
                os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        try:
            self.close()
        except OSError:  # a drill closed it
            return


def _started(
    command: list[str], terminal: int, environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=_take_terminal,  # noqa: PLW1509 - no threads here
    )


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Under nohup the test's own process ignores it, and a child inherits that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def cpu_of_threads(pid: int) -> dict[str, float]:
    """Seconds by thread; empty once the process has gone."""
    found = {}
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            fields = (task / "stat").read_text().rpartition(")")[2].split()
            found[task.name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        return {}
    return found


def is_asleep(pid: int) -> bool:
    """Whether every thread of a process waits for something, by the state in proc(5)'s stat."""
    return states_of_threads(pid) <= {"S", "Z", "X"}


def states_of_threads(pid: int) -> set[str]:
    """Letters of proc(5); threads that end meanwhile are left out."""
    found = set()
    for task in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            found.add(task.read_text().rpartition(")")[2].split()[0])
    return found
