"""Run folders seen from outside: making, finding and looking at them."""

from __future__ import annotations

import errno
import heapq
import os
import secrets
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import RunNotFoundError, WorkbenchError, WriteError
from workbench.store import layout
from workbench.store.atomic import write_bytes, write_json
from workbench.store.checkpoints import Checkpoints, read_checkpoints
from workbench.store.files import read_json, read_toml, what_failed
from workbench.store.liveness import is_alive, read_owner, write_owner
from workbench.store.notes import Notes, read_notes
from workbench.store.status import Status, read_status, write_status
from workbench.store.text import clean, clean_value

# Imported where they are used: a list of runs needs neither profiles' models
# nor numpy, and they are two thirds of its time.
if TYPE_CHECKING:
    from workbench.config.profile import RunProfile
    from workbench.store.history import History
    from workbench.store.reader import EventReader

_MOST_CANDIDATES = 8
_OTHER_FOLDER = "name another folder with --runs or WORKBENCH_RUNS"


class Run:
    """One run folder. Cheap to make: each answer reads what it needs, and nothing is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def profile(self) -> dict[str, Any]:
        """The profile as written, for showing; empty where it cannot be read."""
        return self._profile_or_problem[0]

    @property
    def profile_problem(self) -> str:
        """Why the profile cannot be read; empty where it can."""
        return self._profile_or_problem[1]

    @cached_property
    def _profile_or_problem(self) -> tuple[dict[str, Any], str]:
        try:
            table = read_toml(self.path / layout.PROFILE)
        except (OSError, ValueError) as error:
            return {}, clean(f"{layout.PROFILE}: {what_failed(error)}")
        return {clean(key): clean_value(value) for key, value in table.items()}, ""

    def load_profile(self) -> RunProfile:
        """The profile, validated. Raises `ProfileError`."""
        from workbench.config.loading import load_profile

        return load_profile(self.path / layout.PROFILE).profile

    def status(self) -> Status:
        """Where the run stands; `interrupted` where its owner died at work."""
        status = read_status(self.path)
        if not status.is_active or is_alive(read_owner(self.path), status):
            return status
        # An owner writes its last status before it lets go: look again.
        status = read_status(self.path)
        return status.model_copy(update={"state": "interrupted"}) if status.is_active else status

    def history(self) -> History:
        """What the run did so far; `update()` on it reads what comes later."""
        from workbench.store.history import History

        history = History(self.path)
        history.update()
        return history

    def reader(self) -> EventReader:
        from workbench.store.reader import EventReader

        return EventReader(self.path)

    def checkpoints(self) -> Checkpoints:
        """The checkpoints whose checksum fits, and the names of those whose does not.

        Reads every checkpoint once.
        """
        return read_checkpoints(self.path)

    @property
    def environment(self) -> dict[str, Any]:
        """Versions, device, git state; empty where they are not known."""
        try:
            table = read_json(self.path / layout.ENVIRONMENT)
        except (OSError, ValueError):
            return {}
        return {clean(key): clean_value(value) for key, value in table.items()}

    @property
    def notes(self) -> Notes:
        return read_notes(self.path)

    @property
    def weights_path(self) -> Path:
        return self.path / layout.WEIGHTS

    @property
    def log_path(self) -> Path:
        return self.path / layout.LOG

    @property
    def artifacts_path(self) -> Path:
        return self.path / layout.ARTIFACTS


class RunStore:
    """The folder that holds the runs. It need not exist: to a reader it is then empty.

    `start` and `look` are what to do where there is no run, and where none fits a name.
    """

    def __init__(
        self,
        root: Path,
        *,
        start: str = "start one with: workbench run PROFILE",
        look: str = "workbench runs lists what there is",
    ) -> None:
        self.root = root
        self._start = start
        self._look = look

    def create(self, profile: RunProfile) -> Run:
        """Claim a new run folder, queued and owned by this process.

        It gets its name when it is complete: a run that others see has an
        owner. Raises `WorkbenchError` if that cannot be done; nothing is then
        left behind.
        """
        from workbench.config.writing import profile_to_toml

        draft = self._draft()
        try:
            write_owner(draft)
            write_status(draft, Status(created=time.time()))
            write_bytes(draft / layout.PROFILE, profile_to_toml(profile).encode())
            return Run(self._named(draft, profile.name))
        except BaseException:
            discard(Run(draft))
            raise

    def find(self, reference: str) -> Run:
        """The run of an id, of an unambiguous part of one, or `latest`.

        Raises `RunNotFoundError`, and `WorkbenchError` for a folder that cannot be read.
        """
        ids = sorted(self._ids(), reverse=True)
        if not ids:
            raise RunNotFoundError(f"no runs in {self.root}", hint=self._start)
        if reference == "latest":
            return Run(self.root / ids[0])
        if not reference:  # an unset variable in a script must not mean some run
            raise RunNotFoundError(
                "the name of the run is empty", hint="give an id, a part of one, or latest"
            )
        matches = (reference,) if reference in ids else [each for each in ids if reference in each]
        if len(matches) != 1:
            raise self._not_found(reference, matches)
        return Run(self.root / matches[0])

    def _draft(self) -> Path:
        """A new folder that no list shows."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            draft = self.root / f"{layout.DRAFT}{secrets.token_hex(8)}"
            draft.mkdir()
        except OSError as error:
            # Not Path.is_file, which raises for a name that is too long.
            what = "it is a file" if os.path.isfile(self.root) else error.strerror  # noqa: PTH113
            raise WorkbenchError(
                f"cannot make a run in {self.root}: {what}", hint=_OTHER_FOLDER
            ) from error
        return draft

    def _named(self, draft: Path, name: str) -> Path:
        """Give a draft an id of its own."""
        while True:
            path = self.root / layout.new_id(name, datetime.now().astimezone())
            try:
                draft.rename(path)
            except OSError as error:
                if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                    continue  # another process drew the same six digits in this second
                raise WriteError(path, error) from error
            return path

    def _ids(self) -> Sequence[str]:
        try:
            with os.scandir(self.root) as entries:
                return [
                    entry.name
                    for entry in entries
                    if layout.is_id(entry.name) and entry.is_dir(follow_symlinks=False)
                ]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise WorkbenchError(
                f"cannot read the runs in {self.root}: {error.strerror}", hint=_OTHER_FOLDER
            ) from error

    def _not_found(self, reference: str, matches: Sequence[str]) -> RunNotFoundError:
        shown = clean(reference, 80)
        if not matches:
            return RunNotFoundError(f"no run '{shown}' in {self.root}", hint=self._look)
        candidates = ", ".join(matches[:_MOST_CANDIDATES])
        more = ", ..." if len(matches) > _MOST_CANDIDATES else ""
        return RunNotFoundError(
            f"'{shown}' fits {len(matches)} runs", hint=f"name one of: {candidates}{more}"
        )

    def list(self, limit: int = 0) -> Sequence[Run]:
        """The newest `limit` runs, newest first; all of them with 0. Reads names only.

        Raises `WorkbenchError` for a folder that cannot be read.
        """
        ids = self._ids()
        newest = heapq.nlargest(limit, ids) if limit else sorted(ids, reverse=True)
        return [Run(self.root / run_id) for run_id in newest]


def open_store(root: Path | str = "runs") -> RunStore:
    """The runs in a folder, which need not exist."""
    return RunStore(Path(root))


def discard(run: Run) -> None:
    """Delete the folder of a run that could not begin: there is nothing in it to keep."""
    shutil.rmtree(run.path, ignore_errors=True)


def write_env(run: Run, environment: Mapping[str, object]) -> None:
    """Write `env.json`: versions, device, git state. Raises `WriteError`."""
    write_json(run.path / layout.ENVIRONMENT, environment)
