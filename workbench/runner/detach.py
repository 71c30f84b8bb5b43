"""A training in a process of its own session, whatever becomes of who started it.

The new process prepares with the starter's standard error, so that its progress
and its errors are seen. When training has begun it sends the run's id through a
pipe and turns its outputs to the run's log: from then on nothing ties the two.

Until then Ctrl-C and SIGTERM to the starter end both. SIGHUP ends the starter
alone: whoever closes the terminal while it prepares wants the training to go
on, and that is what `--detach` is for. So does a SIGKILL, which nobody hears.

A screen has no place for words of another process: from there the words of the
one that would not begin come as a `DetachedError`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING

from workbench.errors import DetachedError
from workbench.store.files import opened_to_append
from workbench.store.runs import Run
from workbench.store.text import clean

if TYPE_CHECKING:
    from workbench.config.profile import RunProfile

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
        process, reading = _start(options, operand, None)
        signals.pass_to(process)
        run_id = _word_from(reading)
        if signals.number or not run_id:
            process.wait()
    if signals.number:
        signal.raise_signal(signals.number)
    return Background(run_id, process.pid) if run_id else _exit_code(process.returncode)


def train_profile_detached(profile: RunProfile, runs: Path, device: str = "auto") -> Background:
    """Train a profile into a new run under `runs`; returns when it trains, from any thread.

    Raises `DetachedError` with the words of the process that would not begin.
    """
    from workbench.config.writing import profile_to_toml
    from workbench.runner.own_code import check_code

    check_code(profile, runs, f"profile {profile.name}", "the profile")
    with _room_for_it(), tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        path = Path(folder) / "profile.toml"
        path.write_text(profile_to_toml(profile), encoding="utf-8")
        return _start_silently(["run", *_options(runs, device)], str(path))


def resume_detached(run: Run, device: str = "auto") -> Background:
    """Go on with a run that nobody trains, as `train_profile_detached`."""
    return _start_silently(["resume", *_options(run.path.parent, device)], run.id)


def _options(runs: Path, device: str) -> list[str]:
    return [f"--runs={runs}", f"--device={device}", "--quiet"]


def _start_silently(options: Sequence[str], operand: str) -> Background:
    with _room_for_it(), tempfile.TemporaryFile() as words:
        process, reading = _start(options, operand, words)
        try:
            run_id = _word_from(reading)
        except KeyboardInterrupt:  # meant for both
            process.terminate()
            process.wait()
            raise
        if run_id:
            return Background(run_id, process.pid)
        code = _exit_code(process.wait())
        words.seek(0)
        raise _refusal(words.read().decode(errors="replace"), code)


def _start(
    options: Sequence[str], operand: str, words: IO[bytes] | None
) -> tuple[subprocess.Popen[bytes], int]:
    """The new process, and the descriptor that its word will come from.

    `words` takes what it says until it trains; None is this process's standard error.
    """
    reading, writing = os.pipe()
    try:
        process = subprocess.Popen(  # noqa: S603 - this program itself, no shell
            [*this_program(), *options, f"{HAND_OVER}={writing}", "--", operand],
            stdin=subprocess.DEVNULL,
            stdout=words or 2,  # not the place for data: what it prints is meant for people
            stderr=words,
            pass_fds=[writing],
            start_new_session=True,
        )
    except OSError as error:
        os.close(reading)
        raise DetachedError(f"no process can be started: {error.strerror}") from error
    finally:
        os.close(writing)
    return process, reading


@contextmanager
def _room_for_it() -> Iterator[None]:
    """A full disk or too many open files are no process either."""
    try:
        yield
    except OSError as error:
        raise DetachedError(f"no process can be started: {error.strerror or error}") from error


def _word_from(reading: int) -> str:
    """The id of the run that trains now; empty from a process that ended."""
    with os.fdopen(reading, encoding="ascii") as pipe:
        return pipe.readline().strip()


def _refusal(words: str, code: int) -> DetachedError:
    """The error in what a process said before it ended; its form is that of `cli.output`."""
    _, mark, said = words.strip().rpartition("workbench: error: ")
    message, _, rest = said.partition("\nhint: ")
    if mark:
        return DetachedError(clean(message), hint=clean(rest))
    last = clean(words.strip().rpartition("\n")[2])  # of a traceback: what happened
    return DetachedError(
        f"the process that was to train ended with code {code}" + (f": {last}" if last else "")
    )


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


def this_program() -> list[str]:
    """What starts this program once more.

    Started from a source folder it must be found there, else nothing there may
    stand in.
    """
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
