"""What the app starts in processes of their own: each in a thread, so that the screen goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Thread
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.config.profile import RunProfile
    from workbench.runner.detach import Background
    from workbench.store.runs import Run


@dataclass(frozen=True)
class Started:
    """What became of a start: a process that trains, or why there is none."""

    name: str
    background: Background | None
    error: WorkbenchError | None

    def __str__(self) -> str:
        if self.background is None:
            return f"{self.name}: {self.error or 'could not be started'}"
        run_id, pid = self.background.run_id, self.background.pid
        return f"{run_id} trains in the background (process {pid})"


class Starts:
    """Those of one app. A process trains on whether or not somebody waits for its word."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._changed = Condition()
        self._under_way: list[tuple[str, RunProfile | Run]] = []
        self._done: list[Started] = []

    @property
    def under_way(self) -> tuple[str, ...]:
        """Names of those that prepare."""
        return tuple(name for name, _ in self._under_way)

    @property
    def preparing(self) -> tuple[RunProfile | Run, ...]:
        """What is to be trained by those that prepare."""
        return tuple(what for _, what in self._under_way)

    def train(self, profile: RunProfile) -> None:
        """Train a profile into a new run."""

        def start() -> Background:
            from workbench.runner.detach import train_profile_detached

            return train_profile_detached(profile, self._runs)

        self._begin(profile.name, profile, start)

    def resume(self, run: Run) -> None:
        """Go on with a run."""

        def start() -> Background:
            from workbench.runner.detach import resume_detached

            return resume_detached(run)

        self._begin(run.id, run, start)

    def done(self) -> list[Started]:
        """Those that ended since this was last asked."""
        with self._changed:
            done, self._done = self._done, []
        return done

    def join(self) -> None:
        """Wait until none is under way."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way)

    def _begin(self, name: str, what: RunProfile | Run, start: Callable[[], Background]) -> None:
        with self._changed:
            self._under_way.append((name, what))
        Thread(target=self._run, args=(name, what, start), name="start", daemon=True).start()

    def _run(self, name: str, what: RunProfile | Run, start: Callable[[], Background]) -> None:
        background, problem = None, None
        try:
            background = start()
        except WorkbenchError as error:
            problem = error
        finally:
            with self._changed:
                self._under_way.remove((name, what))
                self._done.append(Started(name, background, problem))
                self._changed.notify_all()
