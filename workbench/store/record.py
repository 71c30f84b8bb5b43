"""The one writer of a run folder: events go in, are written, and come out again."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext, suppress

from workbench.errors import WriteError
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    Ended,
    EndState,
    Event,
    Paused,
    Released,
    Started,
    Write,
)
from workbench.store import layout
from workbench.store.atomic import remove_leftovers, write_atomically
from workbench.store.checkpoints import write_checkpoint
from workbench.store.heartbeat import StatusWriter
from workbench.store.lines import record_of
from workbench.store.liveness import remove_owner, write_owner
from workbench.store.lock import RunLock
from workbench.store.runs import Run
from workbench.store.status import Status, advanced, begun, read_status, write_status
from workbench.store.text import clean
from workbench.store.writer import MetricsWriter

logger = logging.getLogger(__name__)


def record(events: Iterator[Event], run: Run) -> Generator[Event, None, None]:
    """Write each event to the run's folder, then pass it on.

    A generator: the first `next()` takes the run's lock, and raises
    `RunBusyError` before anything is written or `events` is touched. An exception
    on its way through is recorded as the state `failed`. Closed early, it lets go
    of the run as it stands: readers then see it as interrupted. After `Released`
    the run stays this process's own until another takes it, or this one ends.

    A checkpoint and the weights that came with it are written by a thread while
    the training goes on; whatever pauses, ends or hands over the training waits for it,
    as the next checkpoint does. What the disk refuses of them, or of the status, is
    tried again and the training goes on, with a warning. A line of the metrics that it refuses
    ends the training, for a curve has no holes. The best weights refused where
    it has finished, and the checkpoint where it was stopped, are lost with the
    process. In each of these the state is `stopped`, with the reason, for a
    resume to go on when there is room, and the `WriteError` goes through.
    """
    source = closing(events) if isinstance(events, Generator) else nullcontext()
    with RunLock(run.path), _recorder(run) as recorder, source:
        try:
            for event in events:
                recorder.take(event)
                yield event
        except WriteError as error:
            recorder.fail("stopped", _refusal(run, error))
            raise
        except Exception as error:
            message = (str(error).splitlines() or [""])[0]
            recorder.fail("failed", f"{type(error).__name__}: {message}")
            raise


class _Recorder:
    def __init__(
        self, run: Run, metrics: MetricsWriter, status: StatusWriter, thread: Executor
    ) -> None:
        self._run = run
        self._metrics = metrics
        self._status = status
        self._thread = thread
        self._writing: Future[WriteError | None] | None = None
        """A checkpoint on its way to the disk; its result is why it was refused."""
        self._weights: Write | None = None
        """The best weights while the disk has not taken them; the thread's while it writes."""
        self._refused: WriteError | None = None
        """Why the newest checkpoint is not there; None where it is."""

    def take(self, event: Event) -> None:
        """Write an event: its file, its line, then the status that speaks of both."""
        if self._writing is not None and self._writing.done():
            self._await_checkpoint()
        match event:
            case BestImproved():
                self._await_checkpoint()
                self._weights = event.write  # they go with the checkpoint that comes next
            case CheckpointReady():
                self._await_checkpoint()
                self._writing = self._thread.submit(self._write_checkpoint, event)
            case Paused() | Ended() | Released():
                self._end(event)
        if (line := record_of(event)) is not None:
            self._metrics.append(line)
        if isinstance(event, Ended | Released):
            self._metrics.sync()
        self._show(event)

    def fail(self, state: EndState, reason: str) -> None:
        """Record the end of a run that an error ended."""
        status = self._status.status
        ended = Ended(state, status.step, clean(reason), status.seconds)
        # The error itself goes on; a disk that refuses its record must not hide it.
        with suppress(WriteError):
            self._metrics.append(record_of(ended) or {})
        self._status.publish(advanced(status, ended))

    def settle(self) -> None:
        """Tell of the last checkpoint; where it ended early there is another error to tell."""
        with suppress(WriteError):
            self._await_checkpoint()

    def _end(self, event: Paused | Ended | Released) -> None:
        """What must be on the disk before this is told."""
        self._await_checkpoint()
        match event:
            case Ended("finished"):
                self._write_weights()
            case Ended("stopped") | Released() if self._refused is not None:
                self._warn("")  # the reason will say it
                raise self._refused

    def _await_checkpoint(self) -> None:
        """Let the thread end; a refusal becomes a warning, until the next checkpoint is written."""
        if self._writing is not None:
            writing, self._writing = self._writing, None
            self._refused = writing.result()
            self._warn(_refusal(self._run, self._refused) if self._refused else "")

    def _write_checkpoint(self, event: CheckpointReady) -> WriteError | None:
        """In the thread; also the weights: a resume does not improve once more on the best."""
        self._metrics.sync()  # a checkpoint must not outlast the curve that leads to it
        try:
            self._write_weights()
            try:
                write_checkpoint(self._run.path, event)
            except WriteError:
                write_checkpoint(self._run.path, event)
        except WriteError as error:
            logger.warning(_refusal(self._run, error))
            return error
        return None

    def _write_weights(self) -> None:
        if self._weights is not None:
            write_atomically(self._run.weights_path, self._weights)
            self._weights = None

    def _warn(self, warning: str) -> None:
        self._status.put(self._status.status.model_copy(update={"warning": clean(warning)}))

    def _show(self, event: Event) -> None:
        status = advanced(self._status.status, event)
        if isinstance(event, Started) and event.first_step:
            # The curve knows of the steps before; the status may be a second behind it.
            best = self._run.history().best or status.best
            status = status.model_copy(update={"best": best})
        if isinstance(event, Started | Paused | Continued | Ended | Released):
            self._status.publish(status)
        else:
            self._status.put(status)


def _refusal(run: Run, error: WriteError) -> str:
    path = error.path
    name = path.relative_to(run.path) if path.is_relative_to(run.path) else path
    steps = layout.checkpoint_steps(run.path)
    newest = f"the newest checkpoint is of step {steps[-1]}" if steps else "there is no checkpoint"
    return f"the disk refuses {name}: {error.refusal}; {newest}"


@contextmanager
def _recorder(run: Run) -> Iterator[_Recorder]:
    """Own the run; open its metrics file and its status."""
    write_owner(run.path)
    try:
        _remove_leftovers(run)
        with (
            MetricsWriter(run.path) as metrics,
            StatusWriter(run.path, _first_status(run, metrics.attempt)) as status,
            # Left first, and not before it has written what it has.
            ThreadPoolExecutor(1, "checkpoints") as thread,
        ):
            recorder = _Recorder(run, metrics, status, thread)
            try:
                yield recorder
            finally:
                recorder.settle()
    finally:
        if not read_status(run.path).is_handed_over:
            remove_owner(run.path)


def take_back(run: Run, reason: str) -> None:
    """End a run that was handed over to nobody, for a resume to go on with.

    Raises `RunBusyError` where somebody has taken it meanwhile, and `WriteError`.
    """
    with RunLock(run.path):
        status = read_status(run.path)
        if status.is_handed_over:
            write_status(
                run.path, advanced(status, Ended("stopped", status.step, reason, status.seconds))
            )
            remove_owner(run.path)


def _first_status(run: Run, attempt: int) -> Status:
    return begun(read_status(run.path), attempt)


def _remove_leftovers(run: Run) -> None:
    """Delete what a killed writer left half written; a checkpoint of it may be large."""
    remove_leftovers(run.path / layout.CHECKPOINTS, "*")
    for name in (layout.WEIGHTS, layout.STATUS):
        remove_leftovers(run.path, name)
