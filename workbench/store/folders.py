"""The folders in a run's folder: its own, before anything is written or deleted in them."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError
from workbench.store import layout
from workbench.store.deletion import opened_folder

_FOLDERS = (layout.CHECKPOINTS, layout.METRICS, layout.CONTROL, layout.ARTIFACTS)


def check_folders(run: Path) -> None:
    """Raise `WorkbenchError` where one is a link or anything but a folder; it may be missing.

    A training deletes old checkpoints and leftovers by their names: through a
    link in a stranger's run they would be other people's files.
    """
    for name in _FOLDERS:
        path = run / name
        try:
            with opened_folder(path):
                pass
        except FileNotFoundError:
            continue
        except OSError as error:
            raise WorkbenchError(
                f"{path} is not a folder of the run's own that can be opened",
                hint="move it away: a run is trained in real folders alone",
            ) from error
