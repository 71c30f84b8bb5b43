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
import time
from collections.abc import Callable
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0

WORKBENCH = [sys.executable, "-m", "workbench"]

INHERITED = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "LC_ALL", "LC_CTYPE")

PROTOCOL_ENDS = b"\x1b[<u"


class Terminal:
    """A session whose only process is the command; its screen is drawn by pyte."""

    def __init__(
        self, command: list[str], *, columns: int = 80, rows: int = 24, **environment: str
    ) -> None:
        self.master, theirs = pty.openpty()
        self.resize(columns, rows)
        inherited = {key: value for key, value in os.environ.items() if key not in INHERITED}
        known = {"TERM": "xterm-256color", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**inherited, **known, **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 - no threads here
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
            os.killpg(self.pid, signal.SIGKILL)
            self.process.wait()
        try:
            self.close()
        except OSError:  # a drill closed it
            return


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    # Under nohup the test's own process ignores it, and a child inherits that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def until(
    holds: Callable[[], object], found: Callable[[], object] = str, seconds: float = 0.0
) -> None:
    """Wait for a condition; `found` says what is there where it never comes."""
    deadline = time.monotonic() + (seconds or PATIENCE_SECONDS)
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain; found: {found()}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    """Whether a process has ended; whoever inherited it may not have looked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return True


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


def children_of(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(child) for child in text.split()]
