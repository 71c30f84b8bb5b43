"""One training in a thread beside a screen: what a command does at a terminal, without one."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.config.profile import RunProfile
from workbench.events import Event, Started
from workbench.runner.attempts import prepare, resume_run, train_new
from workbench.runner.control import Wish
from workbench.runner.logs import logging_to
from workbench.runner.own_code import check_code
from workbench.store.runs import Run, RunStore

Outputs = Callable[[Path], AbstractContextManager[None]]
"""Where what is printed goes while a run trains: to the end of that file."""


@dataclass(frozen=True)
class Beside:
    """What the training tells, from its own thread, and what it asks."""

    doing: Callable[[str], None]
    """Gets a few words on the preparation; empty once training has begun."""
    claimed: Callable[[Run], None]
    """Gets the new run's folder."""
    stop: Wish
    release: Wish
    outputs: Outputs


class _EndAskedError(Exception):
    """A stop or a release was asked for before training began."""


def train_beside(screen: Beside, what: RunProfile | Run, runs: Path) -> None:
    """Train a new run under `runs`, or go on with one; returns when it has ended.

    Of a preparation that was asked to end nothing is left. Raises what
    `prepare`, `train_new` and `resume_run` raise.
    """
    training = _Training(screen)
    try:
        if isinstance(what, Run):
            training.resume(what)
        else:
            training.train(what, RunStore(runs))
    except _EndAskedError:
        return


class _Training:
    def __init__(self, screen: Beside) -> None:
        self._screen = screen

    def train(self, profile: RunProfile, store: RunStore) -> None:
        self._begin()
        # The form may hold what a run's own profile said.
        check_code(profile, store.root, f"profile {profile.name}", "the profile")
        with _kept_log() as records:
            trainer = prepare(profile, decoding=self._decoding)
        self._check()
        run = store.create(profile)
        self._screen.claimed(run)
        with self._screen.outputs(run.log_path):
            _log_again(records, run)
            train_new(
                trainer,
                run,
                watch=self._watch,
                stop=self._screen.stop,
                release=self._screen.release,
            )

    def resume(self, run: Run) -> None:
        self._begin()
        with self._screen.outputs(run.log_path):
            resume_run(
                run,
                decoding=self._decoding,
                watch=self._watch,
                stop=self._screen.stop,
                release=self._screen.release,
            )

    def _begin(self) -> None:
        self._check()
        self._screen.doing("preparing")

    def _decoding(self, what: str, done: int, total: int) -> None:
        self._check()
        self._screen.doing(f"{what} {100 * done // max(total, 1)} %")

    def _watch(self, event: Event) -> None:
        if isinstance(event, Started):
            self._screen.doing("")

    def _check(self) -> None:
        if self._screen.stop() or self._screen.release():
            raise _EndAskedError


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@contextmanager
def _kept_log() -> Iterator[list[logging.LogRecord]]:
    """What this program logs meanwhile: there is no run yet whose log could take it."""
    kept, logger = _Kept(), logging.getLogger("workbench")
    logger.addHandler(kept)
    try:
        yield kept.records
    finally:
        logger.removeHandler(kept)


def _log_again(records: list[logging.LogRecord], run: Run) -> None:
    with logging_to(run.log_path):
        for record in records:
            logging.getLogger(record.name).handle(record)
