"""Where everything but the screen writes while the screen is open: a log.

A stray `print`, a warning of a C library or of a child process would wreck the
screen. So the terminal is kept on a descriptor of its own, and descriptors 1 and
2 lead to a file. Textual writes its screen to `sys.__stderr__` and asks
`sys.__stdout__` for the terminal's size: both become a stream on the kept one.
"""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from workbench.config.wording import printable
from workbench.tui.ascii import ASCII_ERRORS

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

OUTPUTS = (1, 2)
MOST_BYTES = 1 << 20
"""Of the log; a longer one begins anew when the workbench starts."""


class Terminal(io.RawIOBase):
    """What is written waits for a terminal that is slow, and is lost once it has gone."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        while True:
            try:
                return os.write(self._descriptor, data)
            except BlockingIOError:  # somebody who shares the terminal made it so
                select.select([], [self._descriptor], [])
            except OSError:
                return memoryview(data).nbytes


class Outputs:
    """While entered, descriptors 1 and 2 lead to `log`, and `terminal` to the terminal of 2."""

    terminal: io.TextIOWrapper

    def __init__(self, log: Path, *, unicode: bool = True) -> None:
        self._log = log
        self._encoding, self._errors = ("utf-8", "replace") if unicode else ("ascii", ASCII_ERRORS)

    def __enter__(self) -> Outputs:
        _flush()
        self._kept = [os.dup(number) for number in OUTPUTS]
        raw = io.BufferedWriter(Terminal(self._kept[-1]))
        self.terminal = io.TextIOWrapper(raw, encoding=self._encoding, errors=self._errors)
        self._streams = {name: vars(sys)[name] for name in ("__stdout__", "__stderr__")}
        self._streams |= {"stdout": sys.stdout, "stderr": sys.stderr}
        vars(sys).update(__stdout__=self.terminal, __stderr__=self.terminal)
        _point_outputs(_open_log(self._log))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        _flush()
        self.terminal.flush()
        # A training that ended after the app put Textual's stream back in its place.
        vars(sys).update(self._streams)
        for kept, number in zip(self._kept, OUTPUTS, strict=True):
            os.dup2(kept, number)
            os.close(kept)

    def say(self, line: str) -> None:
        """A line for the person at the terminal, before or after the app."""
        self.terminal.write(f"{printable(line)}\n")
        self.terminal.flush()

    def give_up_terminal(self) -> None:
        """The terminal has gone: what is still written to it goes nowhere."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for kept in self._kept:
            os.dup2(nowhere, kept)
        os.close(nowhere)

    @contextmanager
    def to(self, path: Path) -> Iterator[None]:
        """Meanwhile what is printed goes to the end of `path`. Raises `OSError`."""
        from workbench.store.files import opened_to_append

        descriptor = opened_to_append(path)
        before = [os.dup(number) for number in OUTPUTS]
        _point_outputs(descriptor)
        try:
            # Textual puts a stream of its own in place of Python's, and drops what it gets.
            with (
                os.fdopen(os.dup(1), "w", buffering=1, errors="backslashreplace") as lines,
                redirect_stdout(lines),
                redirect_stderr(lines),
            ):
                yield
        finally:
            for old, number in zip(before, OUTPUTS, strict=True):
                os.dup2(old, number)
                os.close(old)


def log_path() -> Path:
    from platformdirs import user_state_path

    return user_state_path("workbench", appauthor=False) / "screen.log"


def _open_log(path: Path) -> int:
    """A descriptor; where the log cannot be written, what is said is lost."""
    from workbench.store.files import opened_to_append

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = opened_to_append(path)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
    if os.fstat(descriptor).st_size > MOST_BYTES:
        os.ftruncate(descriptor, 0)
    return descriptor


def _point_outputs(descriptor: int) -> None:
    for number in OUTPUTS:
        os.dup2(descriptor, number)
    os.close(descriptor)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
