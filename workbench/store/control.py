"""Flags by which anyone asks a run to pause or stop: empty files in its `control` folder.

Whatever has a flag's name counts, also a link that leads nowhere. A `control`
that is a link itself leads into a folder of somebody else: nothing there is a flag.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path

from workbench.errors import WriteError
from workbench.store import layout
from workbench.store.runs import Run


def request_stop(run: Run) -> None:
    """Ask the run to stop. Raises `WriteError`."""
    _raise_flag(_stop(run))


def clear_stop(run: Run) -> None:
    """Lower the flag. Raises `WriteError` where it stays, for it would stop the next attempt."""
    _lower_flag(_stop(run))


def is_stop_requested(run: Run) -> bool:
    """Never raises: a disk that cannot say it now is asked again before the next steps."""
    return _is_up(_stop(run))


def request_pause(run: Run) -> None:
    """Ask the run to pause. Raises `WriteError`."""
    _raise_flag(_pause(run))


def clear_pause(run: Run) -> None:
    """Lower the flag. Raises `WriteError` where it stays."""
    _lower_flag(_pause(run))


def is_pause_requested(run: Run) -> bool:
    """Never raises, as `is_stop_requested`."""
    return _is_up(_pause(run))


def _stop(run: Run) -> Path:
    return run.path / layout.CONTROL / "stop"


def _pause(run: Run) -> Path:
    return run.path / layout.CONTROL / "pause"


def _is_up(path: Path) -> bool:
    # Not Path.exists, which follows links and raises what the disk says.
    return os.path.lexists(path) and not _is_elsewhere(path)


def _is_elsewhere(path: Path) -> bool:
    return os.path.islink(path.parent)  # noqa: PTH114 - Path.is_symlink may raise


def _raise_flag(path: Path) -> None:
    try:
        if _is_elsewhere(path):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        path.parent.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            path.open("x").close()  # "x" follows no link that someone put there
    except OSError as error:
        raise WriteError(path, error) from error


def _lower_flag(path: Path) -> None:
    if not _is_up(path):
        return  # a read-only disk refuses to delete even what is not there
    try:
        path.unlink(missing_ok=True)  # somebody else may have been faster
    except OSError as error:
        raise WriteError(path, error) from error
