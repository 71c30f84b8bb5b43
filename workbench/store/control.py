"""Flags by which anyone asks a run to pause or stop: empty files in its `control` folder."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from workbench.errors import WriteError
from workbench.store import layout
from workbench.store.runs import Run


def request_stop(run: Run) -> None:
    """Ask the run to stop. Raises `WriteError`."""
    _raise_flag(_stop(run))


def clear_stop(run: Run) -> None:
    """Raises `WriteError`."""
    _lower_flag(_stop(run))


def is_stop_requested(run: Run) -> bool:
    return _stop(run).exists()


def request_pause(run: Run) -> None:
    """Ask the run to pause. Raises `WriteError`."""
    _raise_flag(_pause(run))


def clear_pause(run: Run) -> None:
    """Raises `WriteError`."""
    _lower_flag(_pause(run))


def is_pause_requested(run: Run) -> bool:
    return _pause(run).exists()


def _stop(run: Run) -> Path:
    return run.path / layout.CONTROL / "stop"


def _pause(run: Run) -> Path:
    return run.path / layout.CONTROL / "pause"


def _raise_flag(path: Path) -> None:
    try:
        path.parent.mkdir(exist_ok=True)
        with suppress(FileExistsError):
            path.open("x").close()  # "x" follows no link that someone put there
    except OSError as error:
        raise WriteError(path, error) from error


def _lower_flag(path: Path) -> None:
    try:
        path.unlink()
    except (FileNotFoundError, NotADirectoryError):
        pass  # there is no flag
    except OSError as error:
        raise WriteError(path, error) from error
