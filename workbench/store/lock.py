"""One writer for each run: an exclusive lock on the run's `lock` file."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import ClassVar

from workbench.errors import RunBusyError, WriteError
from workbench.store import layout
from workbench.store.liveness import read_owner


class RunLock:
    """Holds a run while the `with` block runs. Raises `RunBusyError` if it is held already.

    The thread that holds a run may take it once more, so that a resume can look
    for its checkpoint under the lock that `record` takes.

    `flock`, not `lockf`: the latter drops the lock as soon as any other file
    object of the same file is closed in this process. The system releases the
    lock of a killed process. Readers never open the file.
    """

    _holders: ClassVar[dict[Path, int]] = {}
    """The thread that holds each run of this process."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._key = run.absolute()
        self._descriptor = -1

    def __enter__(self) -> RunLock:
        if self._holders.get(self._key) == threading.get_ident():
            return self
        self._descriptor = self._locked_file()
        self._holders[self._key] = threading.get_ident()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._descriptor < 0:
            return  # an outer block of this thread holds the run
        del self._holders[self._key]
        # Unlocked by name: a forked child may still have the descriptor open.
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        os.close(self._descriptor)

    def _locked_file(self) -> int:
        path = self._run / layout.LOCK
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o666)
        except OSError as error:
            raise WriteError(path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            if isinstance(error, BlockingIOError):
                raise self._busy() from None
            raise WriteError(path, error) from error
        return descriptor

    def _busy(self) -> RunBusyError:
        owner = read_owner(self._run)
        holder = f"process {owner.pid} on {owner.host}" if owner else "another process"
        return RunBusyError(
            f"run {self._run.name} is held by {holder}",
            hint=f"see it with: workbench show {self._run.name}",
        )
