"""`python -m benchmarks.begun PROFILE`: the workbench, where SIGUSR1 starts a training.

As the form of profiles starts one, without the keys that fill the form.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

from workbench.__main__ import main
from workbench.config.loading import load_profile
from workbench.tui import open as opening
from workbench.tui.trainings import Outputs, Trainings


class StartedBySignal(Trainings):
    def __init__(self, runs: Path, outputs: Outputs) -> None:
        super().__init__(runs, outputs)
        signal.signal(signal.SIGUSR1, self._start)

    def _start(self, number: int, frame: FrameType | None) -> None:
        self.add(PROFILE)


if __name__ == "__main__":
    PROFILE = load_profile(Path(sys.argv.pop())).profile
    vars(opening)["Trainings"] = StartedBySignal
    main()
