"""The one writer of a run folder: events go in, are written, and come out again."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress

from workbench.errors import WriteError
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    Ended,
    Event,
    Paused,
    Started,
)
from workbench.store import layout
from workbench.store.atomic import remove_leftovers, write_atomically
from workbench.store.checkpoints import write_checkpoint
from workbench.store.heartbeat import StatusWriter
from workbench.store.lines import record_of
from workbench.store.liveness import remove_owner, write_owner
from workbench.store.lock import RunLock
from workbench.store.runs import Run
from workbench.store.status import Status, advanced, begun, read_status
from workbench.store.text import clean
from workbench.store.writer import MetricsWriter


def record(events: Iterator[Event], run: Run) -> Generator[Event, None, None]:
    """Write each event to the run's folder, then pass it on.

    A generator: the first `next()` takes the run's lock, and raises
    `RunBusyError` before anything is written or `events` is touched. Raises
    `WriteError` when the disk refuses. An exception on its way through is
    recorded as the state `failed`. Closed early, it lets go of the run as it
    stands: readers then see it as interrupted.
    """
    source = closing(events) if isinstance(events, Generator) else nullcontext()
    with RunLock(run.path), _recorder(run) as recorder, source:
        try:
            for event in events:
                recorder.take(event)
                yield event
        except Exception as error:
            recorder.fail(error)
            raise


class _Recorder:
    def __init__(self, run: Run, metrics: MetricsWriter, status: StatusWriter) -> None:
        self._run = run
        self._metrics = metrics
        self._status = status

    def take(self, event: Event) -> None:
        """Write an event: its file, its line, then the status that speaks of both."""
        if isinstance(event, BestImproved):
            write_atomically(self._run.weights_path, event.write)
        if isinstance(event, CheckpointReady):
            self._metrics.sync()  # a checkpoint must not outlast the curve that leads to it
            write_checkpoint(self._run.path, event)
        if (line := record_of(event)) is not None:
            self._metrics.append(line)
        if isinstance(event, Ended):
            self._metrics.sync()
        self._show(event)

    def fail(self, error: Exception) -> None:
        """Record the end of a run that `error` ended."""
        status = self._status.status
        message = (str(error).splitlines() or [""])[0]
        reason = clean(f"{type(error).__name__}: {message}")
        ended = Ended("failed", status.step, reason, status.seconds)
        # The error itself goes on; a disk that refuses its record must not hide it.
        with suppress(WriteError):
            self._metrics.append(record_of(ended) or {})
        with suppress(WriteError):
            self._status.publish(advanced(status, ended))

    def _show(self, event: Event) -> None:
        before = self._status.status
        status = advanced(before, event)
        if before.best and not status.best:
            status = status.model_copy(update={"best": self._run.history().best})
        if isinstance(event, Started | Paused | Continued | Ended):
            self._status.publish(status)
        else:
            self._status.put(status)


@contextmanager
def _recorder(run: Run) -> Iterator[_Recorder]:
    """Own the run; open its metrics file and its status."""
    write_owner(run.path)
    try:
        _remove_leftovers(run)
        with (
            MetricsWriter(run.path) as metrics,
            StatusWriter(run.path, _first_status(run, metrics.attempt)) as status,
        ):
            yield _Recorder(run, metrics, status)
    finally:
        remove_owner(run.path)


def _first_status(run: Run, attempt: int) -> Status:
    return begun(read_status(run.path), attempt)


def _remove_leftovers(run: Run) -> None:
    """Delete what a killed writer left half written; a checkpoint of it may be large."""
    remove_leftovers(run.path / layout.CHECKPOINTS, "*")
    for name in (layout.WEIGHTS, layout.STATUS):
        remove_leftovers(run.path, name)
