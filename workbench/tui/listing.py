"""The rows of all runs, kept up to date by looking at files' times, a little at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.store import layout
from workbench.store.rows import Row, flatten, row_of
from workbench.store.runs import Run, RunStore
from workbench.store.status import ACTIVE
from workbench.tui.stamps import Stamp, stamp
from workbench.tui.trainings import Job, Situation

LOOKS_PER_ROUND = 8
"""In so many looks each ended run's files are looked at once."""

WATCHED = (layout.PROFILE, layout.STATUS, layout.NOTES)


@dataclass(frozen=True)
class Entry:
    """A line of the table: a run, or a training that has none yet."""

    key: str
    row: Row
    """Only the id where the run was not read yet."""
    run: Run | None = None
    job: Job | None = None
    """That waits in this window, or prepares."""


class Listing:
    """Rows of the runs in a folder, newest first. Knows no widget."""

    def __init__(self, store: RunStore) -> None:
        self._store = store
        self._root = os.fspath(store.root)
        self._entries: dict[str, Entry] = {}
        self._stamps: dict[str, Sequence[Stamp]] = {}
        self._due: dict[str, None] = {}
        self._folder_time = -1
        self._scanned_twice = False
        self._place = 0

    @property
    def entries(self) -> Sequence[Entry]:
        return [*self._entries.values()]

    @property
    def is_behind(self) -> bool:
        """Whether there are runs that are still to be read."""
        return bool(self._due)

    def look(self, seconds: float) -> bool:
        """Look for changes, and read for at most about `seconds`; True if an entry changed.

        Raises `WorkbenchError` for a folder that cannot be read.
        """
        changed = self._scan()
        if not self._due:
            self._find_changed()
        return self._read(time.perf_counter() + seconds) or changed

    def look_at(self, run_id: str) -> None:
        """Read a run again with the next look."""
        if run_id in self._entries:
            self._stamps.pop(run_id, None)
            self._due = {run_id: None, **self._due}

    def _scan(self) -> bool:
        """Find new and removed runs; True if there are any."""
        try:
            changed = self._store.root.stat().st_mtime_ns
        except OSError:
            changed = 0  # the store knows what to say of it
        # A change right after a scan may leave the folder's time as it was: scan once more.
        if changed == self._folder_time and self._scanned_twice:
            return False
        self._scanned_twice = changed == self._folder_time
        runs = self._store.list()
        self._folder_time = changed
        ids = [run.id for run in runs]
        if ids == [*self._entries]:
            return False
        new = {run.id: None for run in runs if run.id not in self._entries}
        self._entries = {
            run.id: self._entries.get(run.id) or Entry(run.id, {"id": run.id}, run) for run in runs
        }
        self._due = {key: None for key in {**new, **self._due} if key in self._entries}
        self._stamps = {key: each for key, each in self._stamps.items() if key in self._entries}
        return True

    def _find_changed(self) -> None:
        """Have every active run read, and of the others those whose files changed."""
        keys = [*self._entries]
        share = -(-len(keys) // LOOKS_PER_ROUND)
        looked_at = keys[self._place : self._place + share]
        self._place = self._place + share if self._place + share < len(keys) else 0
        active = [key for key, each in self._entries.items() if each.row.get("state") in ACTIVE]
        changed = [key for key in looked_at if self._stamps.get(key) != self._stamps_now(key)]
        self._due = dict.fromkeys([*active, *changed])

    def _read(self, until: float) -> bool:
        changed = False
        while self._due:
            key = next(iter(self._due))
            del self._due[key]
            changed = self._read_one(key) or changed
            if time.perf_counter() >= until:
                break
        return changed

    def _read_one(self, key: str) -> bool:
        entry = self._entries[key]
        assert entry.run is not None
        stamps, before = self._stamps_now(key), self._stamps.get(key)
        # A run keeps its profile in memory.
        run = entry.run if before and stamps[0] == before[0] else Run(entry.run.path)
        notes = run.notes
        row = row_of(run) | {"tags": ", ".join(notes.tags), "note": notes.note}
        self._stamps[key] = stamps
        self._entries[key] = Entry(key, row, run)
        # Texts, for NaN is not equal to itself.
        return repr(row) != repr(entry.row)

    def _stamps_now(self, key: str) -> Sequence[Stamp]:
        folder = f"{self._root}/{key}"  # pathlib would take most of an idle screen's time
        return [stamp(f"{folder}/{name}") for name in WATCHED]


def with_jobs(entries: Iterable[Entry], situation: Situation) -> list[Entry]:
    """The runs and, before them, what waits or prepares in this window without a run yet."""
    jobs = _preparing(situation) | {job: {"state": "waiting"} for job in situation.waiting}
    if not jobs:
        return [*entries]
    of_runs = {job.what.id: job for job in jobs if isinstance(job.what, Run)}
    new = [Entry(f"job {job.number}", {**_row(job), **jobs[job]}, job=job) for job in jobs]
    return [
        *(each for each in new if each.job and not isinstance(each.job.what, Run)),
        *(
            Entry(each.key, {**each.row, **jobs[of_runs[each.key]]}, each.run, of_runs[each.key])
            if each.key in of_runs
            else each
            for each in entries
        ),
    ]


def _preparing(situation: Situation) -> dict[Job, Mapping[str, object]]:
    """What prepares: a run that is gone on with does so in its own line."""
    job, run = situation.job, situation.run
    if job is None or not situation.doing or (run is not None and not isinstance(job.what, Run)):
        return {}
    return {job: {"state": "preparing", "reason": situation.doing}}


def _row(job: Job) -> dict[str, object]:
    profile = {} if isinstance(job.what, Run) else flatten(job.what.model_dump(mode="json"))
    return {**profile, "id": job.name}
