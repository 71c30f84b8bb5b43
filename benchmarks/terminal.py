"""A program on a terminal of its own, which is read all the time, as a terminal program does."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

PATIENCE_SECONDS = 120.0


class Terminal:
    """While entered, the command runs; what is left of it at the end is killed."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self._master, theirs = pty.openpty()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(  # noqa: S603 - a benchmark's own command
            command,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)

    def read(self, seconds: float) -> bytes:
        """What comes within `seconds`, at once when it does; empty where nothing does."""
        if not select.select([self._master], [], [], max(seconds, 0))[0]:
            return b""
        try:
            return os.read(self._master, 1 << 16)
        except OSError:  # how Linux says that the other side is closed
            return b""

    def read_on(self, seconds: float) -> None:
        """Read for so long, whatever comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self.read(left)

    def press(self, keys: str, shows: Callable[[bytes], object]) -> float:
        """Send keys; the milliseconds until what came since shows their effect."""
        start = time.perf_counter()
        os.write(self._master, keys.encode())
        came = b""
        while not shows(came):
            came += self.read(0.01)
            if time.perf_counter() - start > PATIENCE_SECONDS:
                raise TimeoutError(f"no effect of {keys!r}; what came: {came[-2000:]!r}")
        return 1000 * (time.perf_counter() - start)

    def read_until(self, holds: Callable[[], object]) -> None:
        """Read until a condition holds that is looked at twenty times a second."""

        def look(_: bytes) -> object:
            self.read_on(0.05)
            return holds()

        self.press("", look)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)
