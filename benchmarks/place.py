"""Where a profile is trained headless and beside the screen, with ended runs in the table."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.terminal import Terminal
from workbench.config.loading import load_profile
from workbench.config.writing import profile_to_toml
from workbench.store.runs import Run

EARLIER = tuple(f"earlier-{number:06}" for number in range(5, 0, -1))
"""How the ids of the ended runs end, as the table has them from above to below."""


@dataclass(frozen=True)
class Place:
    """A folder with a profile and its runs, and a count of torch's threads."""

    folder: Path
    name: str
    threads: int

    @property
    def run(self) -> Run | None:
        """The newest run whose training has begun, but for the earlier ones."""
        begun = {path.parents[1].name for path in self._runs.glob("*/metrics/*.jsonl")}
        new = [name for name in begun if not name.endswith(EARLIER)]
        return Run(self._runs / max(new)) if new else None

    def train_headless(self) -> Run:
        command = [sys.executable, "-m", "workbench", "run"]
        command += [str(self._profile("whole")), "--quiet"]
        subprocess.run(  # noqa: S603 - this program itself
            command, env=self._environment, check=True, capture_output=True
        )
        assert self.run is not None
        return self.run

    @contextmanager
    def screen(self, profile: str) -> Iterator[Terminal]:
        """The workbench on its table of runs; `begin` starts a training of `profile` in it."""
        self._clear()
        command = [sys.executable, "-m", "benchmarks.begun", str(self._profile(profile))]
        with Terminal(command, self._environment) as terminal:
            terminal.press("", lambda came: EARLIER[-1].encode() in came)
            terminal.read_on(1.0)  # what is still imported and drawn after that
            yield terminal

    def _clear(self) -> None:
        for path in self._runs.iterdir():
            if not path.name.endswith(EARLIER):
                shutil.rmtree(path)

    def _profile(self, name: str) -> Path:
        return self.folder / f"{name}.toml"

    @property
    def _runs(self) -> Path:
        return self.folder / "runs"

    @property
    def _environment(self) -> Mapping[str, str]:
        own = {
            "OMP_NUM_THREADS": str(self.threads),
            "WORKBENCH_RUNS": str(self._runs),
            "XDG_CONFIG_HOME": str(self.folder),
            "XDG_STATE_HOME": str(self.folder),
        }
        return {**os.environ, **own}


def begin(terminal: Terminal) -> None:
    """Start the training beside the screen."""
    os.kill(terminal.process.pid, signal.SIGUSR1)


@contextmanager
def place_for(profile: Path, threads: int, steps: int) -> Iterator[Place]:
    """`whole` is the profile with at most so many steps, `endless` the one without an end."""
    changes = {
        "whole": [f"training.max_steps={steps}"],
        "endless": ["training.epochs=10000"],
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, change in changes.items():
            loaded = load_profile(profile, change).profile
            path = Path(folder) / f"{name}.toml"
            path.write_text(profile_to_toml(loaded), encoding="utf-8")
        place = Place(Path(folder), loaded.name, threads)
        _train_earlier(place)
        yield place


def _train_earlier(place: Place) -> None:
    run = place.train_headless()
    for name in EARLIER:
        shutil.copytree(run.path, run.path.with_name(f"20260101-{name[-6:]}-{name}"))
    shutil.rmtree(run.path)
