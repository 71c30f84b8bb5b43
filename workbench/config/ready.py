"""Where the profiles that come with the program lie."""

from __future__ import annotations

from pathlib import Path

from workbench.errors import WorkbenchError

_PACKAGE = Path(__file__).parents[1]


def ready_profiles() -> Path:
    """Their folder: inside the package as installed, beside it in a checkout."""
    for folder in (_PACKAGE / "profiles", _PACKAGE.parent / "profiles"):
        if folder.is_dir():
            return folder
    raise WorkbenchError(
        "the ready profiles are missing from this installation", hint="install workbench anew"
    )


def ready_files() -> list[Path]:
    """The ready profiles of runs, by name; those of reports last.

    Raises `WorkbenchError` where the installation lacks them.
    """
    folder = ready_profiles()
    return [*sorted(folder.glob("*.toml")), *sorted(folder.glob("*/*.toml"))]
