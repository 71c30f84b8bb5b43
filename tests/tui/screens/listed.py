"""The app on its list of runs, and folders of runs for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.tui.waiting import until
from workbench.config.profile import RunProfile
from workbench.config.writing import profile_to_toml
from workbench.store.runs import Run, RunStore
from workbench.store.status import Best, Status, status_bytes
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.runs import RunsScreen
from workbench.tui.trainings import Job, Situation, Trainings
from workbench.tui.widgets.run_table import RunTable

SIZES = [(80, 24), (120, 40), (200, 60)]

Make = Callable[..., Run]
"""Makes a run folder: `make(3, "stopped", lr=0.1)`; its number is its second."""


class Queue(Trainings):
    """Trainings of which nothing is done; `prepare` lets one begin as far as that."""

    def __init__(self, runs: Path) -> None:
        super().__init__(runs)
        self.now = Situation()
        self.stops = 0

    def situation(self) -> Situation:
        return self.now

    def add(self, what: RunProfile | Run) -> Job:
        name = what.id if isinstance(what, Run) else what.name
        job = Job(len(self.now.waiting) + 1, name, what)
        self.now = replace(self.now, waiting=(*self.now.waiting, job))
        return job

    def prepare(self) -> None:
        """The first that waits is prepared now."""
        job, *waiting = self.now.waiting
        run = job.what if isinstance(job.what, Run) else None
        self.now = Situation(job, "loading torch", run, tuple(waiting))

    def drop(self, number: int) -> None:
        left = tuple(job for job in self.now.waiting if job.number != number)
        self.now = replace(self.now, waiting=left)
        if self.now.job is not None and self.now.job.number == number:
            self.stops += 1
            self.now = replace(self.now, job=None, doing="", run=None)

    def stop(self) -> tuple[Job, ...]:
        self.stops += 1
        waiting, self.now = self.now.waiting, Situation()
        return waiting


@asynccontextmanager
async def opened(
    root: Path, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[Pilot[Any], WorkbenchApp, RunTable]]:
    """The app, when all runs are read."""
    settings = Path("settings/tui.toml")
    app = WorkbenchApp(RunStore(root), Queue(root), look=Look(), settings=settings)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        table = app.screen.query_one(RunTable)
        await until(pilot, lambda: all("state" in entry.row for entry in table.entries))
        yield pilot, app, table


def ids(table: RunTable) -> list[str]:
    return [entry.key for entry in table.entries]


def make_many(root: Path, count: int) -> list[Run]:
    """Ended runs, the oldest first; each tenth of them failed."""
    runs = []
    for number in range(count):
        profile = RunProfile.model_validate(
            {"name": "quick", "optimizer": {"kind": "adam", "lr": 10 ** -(number % 5)}}
        )
        minute, second = divmod(number, 60)
        path = root / f"20260101-12{minute:02d}{second:02d}-quick-{number:06x}"
        path.mkdir(parents=True)
        best = Best(metric="val/accuracy", value=number / count, epoch=9)
        state = "failed" if number % 10 == 0 else "finished"
        status = Status(state=state, best=best, seconds=60.0, epochs=10, epochs_done=10)
        (path / "profile.toml").write_text(profile_to_toml(profile), encoding="utf-8")
        (path / "status.json").write_bytes(status_bytes(status))
        runs.append(Run(path))
    return runs
