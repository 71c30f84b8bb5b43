"""The workbench, with trainings that nobody has to start by its keys.

python -m tests.drills.at_once PROFILE...
"""

from __future__ import annotations

import sys
from pathlib import Path

from workbench.__main__ import main
from workbench.config.loading import load_profile
from workbench.tui import open as opening
from workbench.tui.trainings import Outputs, Trainings


def open_training(*profiles: str) -> None:
    """Open the screen, while it trains these."""

    class BegunTrainings(Trainings):
        def __init__(self, runs: Path, outputs: Outputs) -> None:
            super().__init__(runs, outputs)
            for path in profiles:
                self.add(load_profile(Path(path)).profile)

    opening.Trainings = BegunTrainings  # type: ignore[misc]
    sys.argv = ["workbench"]
    main()


if __name__ == "__main__":
    open_training(*sys.argv[1:])
