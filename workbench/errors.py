"""What went wrong, where, and what is valid; and the exit code that says so.

Every error a person can cause is a `WorkbenchError`: one line of what happened
(with the file, key or path it happened to), one hint of what to do, and the
exit code of the process. `workbench.cli` alone turns them into text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path


class ExitCode(IntEnum):
    """The contract of the command line with scripts."""

    DONE = 0
    """Finished, or stopped by a flag."""

    FAILED = 1
    """Training failed or diverged."""

    USAGE = 2
    """A wrong command line, an invalid profile, data that cannot be used."""

    BUSY = 75
    """Held by another process (EX_TEMPFAIL of sysexits.h)."""


class WorkbenchError(Exception):
    """An error with a remedy. `hint` is empty where there is none to give."""

    exit_code = ExitCode.USAGE

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one key of a profile."""

    key: str
    """Dotted path, `data.augment.0.padding`; empty for the file as a whole."""

    message: str
    """What was found and what is valid, one line."""

    line: int = 0
    """Line in the file, from 1; 0 where there is none (a `--set`, a missing key's file)."""

    def __str__(self) -> str:
        where = (f"line {self.line}" if self.line else "", self.key)
        return ": ".join(part for part in (*where, self.message) if part)


class ProfileError(WorkbenchError):
    """A profile that cannot be used, with every problem it has; `str` of it names them all."""

    def __init__(self, path: Path | None, problems: tuple[Problem, ...], *, hint: str = "") -> None:
        self.path = path
        self.problems = problems
        what = str(problems[0]) if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(f"{path}: {what}" if path else what, hint=hint)

    @property
    def details(self) -> tuple[str, ...]:
        """One line per problem; none where the message says it already."""
        return tuple(map(str, self.problems)) if len(self.problems) > 1 else ()

    def __str__(self) -> str:
        return "\n  ".join([self.message, *self.details])


class DataError(WorkbenchError):
    """A data set that cannot be read; `path` is the folder or file at fault."""

    def __init__(self, message: str, *, path: Path | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.path = path


class CallableError(WorkbenchError):
    """Code of the user's own that is missing, raises, or returns what cannot be used."""


class ForwardError(CallableError):
    """A network of the user's own that raises while it trains, or gives something else at once."""

    exit_code = ExitCode.FAILED


class ModelError(WorkbenchError):
    """A model that does not exist or does not fit its data."""


class DeviceError(WorkbenchError):
    """A device that was asked for and is not there."""


class DeviceMemoryError(WorkbenchError):
    """A device whose memory was not enough for a step or an evaluation."""

    exit_code = ExitCode.FAILED


class RunNotFoundError(WorkbenchError):
    """No run, or more than one, answers to the name given."""


class RunStateError(WorkbenchError):
    """A run whose state does not allow what was asked."""


class DetachedError(WorkbenchError):
    """A process that was to train in the background and died before it began."""

    exit_code = ExitCode.FAILED


class RunBusyError(WorkbenchError):
    """A run held by another process."""

    exit_code = ExitCode.BUSY


class CheckpointError(WorkbenchError):
    """A checkpoint that is missing, damaged, or of another profile, data set or version."""


class WriteError(WorkbenchError):
    """A file that the disk refused; `path` is the file, `refusal` the disk's own words."""

    exit_code = ExitCode.FAILED

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        self.refusal = error.strerror or str(error)
        super().__init__(
            f"cannot write {path}: {self.refusal}",
            hint="check the disk's free space and the folder's permissions",
        )
