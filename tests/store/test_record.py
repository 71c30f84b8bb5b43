from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event as Moment
from typing import BinaryIO

import pytest

from workbench.errors import RunBusyError, WriteError
from workbench.events import (
    BestImproved,
    CheckpointReady,
    ConfusionCounted,
    Continued,
    Ended,
    Event,
    Paused,
    Released,
    Started,
    Steps,
    Write,
)
from workbench.store import heartbeat
from workbench.store.control import is_stop_requested, request_stop
from workbench.store.liveness import read_owner
from workbench.store.lock import RunLock
from workbench.store.record import record, take_back
from workbench.store.runs import Run
from workbench.store.status import Status, write_status
from workbench.store.writer import MetricsWriter

Training = Callable[..., Iterator[Event]]


def _record(events: Iterator[Event], run: Run) -> list[Event]:
    return list(record(events, run))


def _writes(data: bytes) -> Write:
    def write(file: BinaryIO) -> None:
        file.write(data)

    return write


def _checkpoint(step: int) -> CheckpointReady:
    return CheckpointReady(0, step, False, _writes(b"payload"))


def _steps(first: int) -> Steps:
    return Steps(0, first, {"loss": [1.0] * 4, "accuracy": [0.5] * 4, "lr": [0.1] * 4}, 100.0, 1.0)


def _started(first_step: int = 0) -> Started:
    return Started(3, 12, 4, first_step, 100, "cpu")


def test_events_are_passed_on_and_read_back(run: Run, training: Training) -> None:
    assert _record(training(), run) == list(training())
    history = run.history()
    assert history.steps["loss"].tolist() == list(range(12))
    assert history.series("val/accuracy").values.tolist() == [0.0, 1.0, 2.0]
    assert history.dropped == 0
    status = run.status()
    assert (status.state, status.attempt, status.step, status.epochs_done) == ("finished", 1, 12, 3)
    assert status.created is not None
    assert read_owner(run.path) is None


def test_an_event_is_on_disk_before_it_is_passed_on(run: Run, training: Training) -> None:
    history = run.history()
    for event in record(training(), run):
        assert history.update()
        if isinstance(event, Ended):
            assert run.status().state == "finished"
        else:
            assert run.status().state == "running"


def test_the_first_line_of_a_file_carries_the_format(run: Run, training: Training) -> None:
    _record(training(), run)
    lines = (run.path / "metrics" / "0001.jsonl").read_text().splitlines()
    assert ['"format":1' in line for line in lines] == [True] + [False] * (len(lines) - 1)


def test_a_busy_run_is_left_as_it_is(run: Run, training: Training) -> None:
    code = """
import sys
from pathlib import Path
from threading import Event as Moment
from typing import BinaryIO
from workbench.store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""
    command = [sys.executable, "-c", code, str(run.path)]
    before = run.status()
    events = training()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(RunBusyError):
            _record(events, run)
        holder.kill()
    assert isinstance(next(events), Started)  # untouched
    assert run.status().updated == before.updated
    assert not (run.path / "metrics").exists()


def test_a_caller_that_holds_the_lock_may_record(run: Run, training: Training) -> None:
    with RunLock(run.path):
        _record(training(), run)
    assert run.status().state == "finished"


def test_a_pause_shows_at_once(run: Run) -> None:
    ended = Ended("stopped", 0, "asked to", 1.0)
    events: list[Event] = [_started(), Paused(0), Continued(0), ended]
    states = [run.status().state for _ in record(iter(events), run)]
    assert states == ["running", "paused", "running", "stopped"]


def test_a_resume_is_one_more_attempt_of_one_curve(run: Run, training: Training) -> None:
    without_end = list(training())[:-1]
    _record(iter(without_end), run)
    assert run.status().state == "interrupted"
    _record(training(first_step=6, offset=100.0), run)
    assert run.status().attempt == 2
    assert run.history().steps["loss"].tolist() == [*range(6), *range(106, 112)]


def test_an_exception_of_the_training_is_recorded_and_goes_on(run: Run) -> None:
    def events() -> Iterator[Event]:
        yield _started()
        raise RuntimeError("out of \x1b memory\nand a long story")

    with pytest.raises(RuntimeError, match="out of"):
        _record(events(), run)
    assert run.status().state == "failed"
    assert run.status().reason == "RuntimeError: out of ␛ memory"
    ended = run.history().ended
    assert ended is not None
    assert ended.reason == "RuntimeError: out of ␛ memory"


def test_closed_early_it_lets_go_of_the_run(run: Run, training: Training) -> None:
    closed: list[bool] = []

    def events() -> Iterator[Event]:
        try:
            yield from training()
        finally:
            closed.append(True)

    with closing(record(events(), run)) as recording:
        next(recording)
        assert run.status().state == "running"
    assert closed == [True]
    assert run.status().state == "interrupted"
    with RunLock(run.path):
        assert read_owner(run.path) is None


def test_interrupted_by_the_keyboard_it_lets_go_of_the_run(run: Run, training: Training) -> None:
    def events() -> Iterator[Event]:
        yield _started()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _record(events(), run)
    assert run.status().state == "interrupted"
    _record(training(), run)
    assert run.status().state == "finished"


def test_a_killed_process_leaves_an_interrupted_run_that_can_be_resumed(
    run: Run, training: Training
) -> None:
    code = """
import os, signal, sys
from pathlib import Path
from threading import Event as Moment
from typing import BinaryIO
from workbench.events import Started, Steps
from workbench.store.record import record
from workbench.store.runs import Run
from workbench.store.status import Status, write_status
from workbench.store.writer import MetricsWriter
def events():
    yield Started(3, 12, 4, 0, 100, "cpu")
    yield Steps(0, 0, {"loss": [0.0, 1.0]}, 1.0, 1.0)
    yield Steps(0, 2, {"loss": [2.0, 3.0]}, 1.0, 1.0)
for event in record(events(), Run(Path(sys.argv[1]))):
    if isinstance(event, Steps):
        os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code, str(run.path)], check=False)
    assert run.status().state == "interrupted"
    assert run.history().steps["loss"].tolist() == [0.0, 1.0]
    _record(training(first_step=1, offset=100.0), run)
    assert run.status().state == "finished"
    assert run.history().steps["loss"].tolist() == [0.0, *range(101, 112)]


def test_the_heartbeat_goes_on_through_a_long_step(
    run: Run,
    training: Training,
    monkeypatch: pytest.MonkeyPatch,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    monkeypatch.setattr(heartbeat, "HEARTBEAT_SECONDS", 0.01)
    recording = record(training(), run)
    next(recording)
    first = run.status().updated
    wait_until(lambda: run.status().updated != first)
    assert len(list(recording)) == 7


def _refuse(run: Path, status: object) -> None:
    raise WriteError(run / "status.json", OSError(28, "No space left on device"))


def test_a_refused_heartbeat_is_told_once_and_written_when_there_is_room(
    run: Run,
    training: Training,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    wait_until: Callable[[Callable[[], object]], None],
) -> None:
    monkeypatch.setattr(heartbeat, "HEARTBEAT_SECONDS", 0.01)
    recording = record(training(), run)
    next(recording)
    calls: list[Path] = []

    def refuse(path: Path, status: object) -> None:
        calls.append(path)
        _refuse(path, status)

    monkeypatch.setattr(heartbeat, "write_status", refuse)
    wait_until(lambda: len(calls) > 2)
    before = run.status()
    monkeypatch.setattr(heartbeat, "write_status", write_status)
    wait_until(lambda: run.status().updated != before.updated)
    assert len(list(recording)) == 7
    assert len(caplog.messages) == 1
    assert "status.json: No space left on device; it will be tried again" in caplog.messages[0]


def test_the_last_status_has_its_room_kept(
    run: Run, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = record(training(), run)
    next(recording)
    monkeypatch.setattr(heartbeat, "write_status", _refuse)
    list(recording)
    assert run.status().state == "finished"
    assert not [*run.path.rglob("*.tmp")]


def test_what_keeps_room_for_the_last_status_is_removed(run: Run, training: Training) -> None:
    recording = record(training(), run)
    next(recording)
    [kept] = run.path.glob("*.tmp")
    assert kept.stat().st_blocks * 512 >= 16_384
    list(recording)
    assert not kept.exists()


def test_the_status_is_written_at_most_once_a_second(
    run: Run, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "STATUS_SECONDS", 1000.0)
    written: list[object] = []

    def counted(path: Path, status: Status) -> None:
        written.append(status)
        write_status(path, status)

    monkeypatch.setattr(heartbeat, "write_status", counted)
    _record(training(), run)
    assert len(written) == 4  # opened, started, ended, closed


def test_metrics_that_the_disk_refuses_stop_the_run_and_name_the_file(
    run: Run, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = record(training(), run)
    next(recording)
    monkeypatch.setattr("workbench.store.writer.os.write", lambda descriptor, data: 3)
    with pytest.raises(WriteError, match=r"0001.jsonl: No space left on device") as caught:
        list(recording)
    assert caught.value.exit_code == 1
    monkeypatch.undo()
    assert run.status().state == "stopped"
    assert run.status().reason == (
        "the disk refuses metrics/0001.jsonl: No space left on device; there is no checkpoint"
    )


def test_the_line_after_a_torn_one_is_whole(
    run: Run, training: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk takes a part of one line, and then the last one: somebody freed some space."""
    write = os.write

    def tear(descriptor: int, data: bytes) -> int:
        monkeypatch.undo()
        return write(descriptor, data[:20])

    recording = record(training(), run)
    next(recording)
    monkeypatch.setattr("workbench.store.writer.os.write", tear)
    with pytest.raises(WriteError):
        list(recording)
    history = run.history()
    assert history.ended is not None
    assert history.ended.reason == run.status().reason
    assert history.dropped == 1


@pytest.mark.parametrize("happens", ["deleted", "moved", "replaced"])
def test_metrics_that_nobody_could_read_stop_the_run(
    run: Run, training: Training, happens: str
) -> None:
    recording = record(training(), run)
    next(recording)
    metrics = run.path / "metrics" / "0001.jsonl"
    if happens == "deleted":
        shutil.rmtree(run.path)
    elif happens == "moved":
        run.path.rename(run.path.with_name("elsewhere"))
    else:
        metrics.rename(metrics.with_suffix(".old"))
        metrics.touch()
    with pytest.raises(WriteError, match=r"0001\.jsonl: "):
        list(recording)


def _refused(file: BinaryIO) -> None:
    raise OSError(28, "No space left on device")


def test_a_refused_checkpoint_is_a_warning_until_one_is_written(run: Run) -> None:
    events: list[Event] = [
        _started(),
        CheckpointReady(0, 4, False, _writes(b"payload")),
        CheckpointReady(0, 8, False, _refused),
        Paused(8),
        CheckpointReady(0, 12, False, _writes(b"payload")),
        Paused(12),
    ]
    warnings = [
        run.status().warning for event in record(iter(events), run) if type(event) is Paused
    ]
    assert warnings == [
        "the disk refuses checkpoints/000000008.pt: No space left on device; "
        "the newest checkpoint is of step 4",
        "",
    ]
    assert [point.step for point in run.checkpoints().intact] == [12, 4]


STOP = Ended("stopped", 8, "stopped after 8 steps", 1.0)


def test_a_stop_whose_checkpoint_is_refused_is_an_error_and_its_reason(run: Run) -> None:
    events: list[Event] = [
        _started(),
        CheckpointReady(0, 4, False, _writes(b"payload")),
        CheckpointReady(0, 8, False, _refused),
        STOP,
    ]
    with pytest.raises(WriteError, match=r"000000008\.pt: No space left") as caught:
        _record(iter(events), run)
    assert caught.value.exit_code == 1
    status = run.status()
    assert (status.state, status.reason, status.warning) == (
        "stopped",
        "the disk refuses checkpoints/000000008.pt: No space left on device; "
        "the newest checkpoint is of step 4",
        "",
    )
    assert run.history().ended is not None
    assert [point.step for point in run.checkpoints().intact] == [4]


def test_a_stop_with_a_checkpoint_after_a_refused_one_is_clean(run: Run) -> None:
    refused = CheckpointReady(0, 4, False, _refused)
    _record(
        iter([_started(), refused, CheckpointReady(0, 8, False, _writes(b"payload")), STOP]), run
    )
    assert (run.status().reason, run.status().warning) == ("stopped after 8 steps", "")


def test_a_training_goes_on_while_its_checkpoint_is_written_and_a_pause_waits_for_it(
    run: Run,
) -> None:
    disk_is_ready = Moment()

    def slowly(file: BinaryIO) -> None:
        assert disk_is_ready.wait(60)
        file.write(b"payload")

    def events() -> Iterator[Event]:
        yield _started()
        yield CheckpointReady(0, 4, False, slowly)
        yield _steps(4)
        assert not run.checkpoints().intact
        disk_is_ready.set()
        yield Paused(8)
        assert run.status().state == "paused"
        yield STOP

    kinds = [type(event) for event in record(events(), run)]
    assert kinds == [Started, CheckpointReady, Steps, Paused, Ended]
    assert [point.step for point in run.checkpoints().intact] == [4]


def test_so_does_whoever_leaves_early(run: Run) -> None:
    with closing(record(iter([_started(), _checkpoint(4)]), run)) as events:
        next(events), next(events)
    assert [point.step for point in run.checkpoints().intact] == [4]


def test_the_curve_is_on_the_disk_before_the_checkpoint_that_it_leads_to(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(MetricsWriter, "sync", lambda _: done.append("metrics"))

    def write(file: BinaryIO) -> None:
        done.append("checkpoint")

    _record(iter([_started(), _steps(0), CheckpointReady(0, 4, False, write), STOP]), run)
    assert done == ["metrics", "checkpoint", "metrics"]


def test_a_curve_that_cannot_be_kept_stops_the_run_though_a_thread_found_out(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: MetricsWriter) -> None:
        raise WriteError(run.path / "metrics", OSError(5, "Input/output error"))

    monkeypatch.setattr(MetricsWriter, "sync", refuse)
    with pytest.raises(WriteError, match="Input/output error"):
        _record(iter([_started(), _checkpoint(4), _steps(4), Paused(8)]), run)
    assert run.status().state == "stopped"
    assert not run.checkpoints().intact


def test_a_refused_checkpoint_is_tried_once_more(run: Run) -> None:
    tries: list[object] = []

    def refused_once(file: BinaryIO) -> None:
        tries.append(file)
        if len(tries) == 1:
            _refused(file)
        file.write(b"payload")

    _record(iter([_started(), CheckpointReady(0, 8, False, refused_once), STOP]), run)
    assert [point.step for point in run.checkpoints().intact] == [8]
    assert len(tries) == 2
    assert (run.status().state, run.status().warning) == ("stopped", "")


def test_a_new_attempt_begins_without_a_warning(run: Run, training: Training) -> None:
    _record(iter([_started(), CheckpointReady(0, 8, False, _refused)]), run)
    assert run.status().warning
    _record(training(), run)
    assert not run.status().warning


class _Disk:
    """Refuses until there is room."""

    has_room = False

    def write(self, file: BinaryIO) -> None:
        if not self.has_room:
            _refused(file)
        file.write(b"weights")


def test_refused_weights_are_written_before_the_next_checkpoint(run: Run) -> None:
    """None is written without them: a resume from it would never write them."""
    disk = _Disk()
    events: list[Event] = [
        _started(),
        BestImproved("val/accuracy", 0.5, 0, 4, disk.write),
        CheckpointReady(0, 4, True, _writes(b"payload")),
        Paused(4),
        CheckpointReady(0, 8, False, _writes(b"payload")),
        Ended("finished", 8, "", 1.0),
    ]
    for event in record(iter(events), run):
        if isinstance(event, Paused):
            assert "weights.safetensors" in run.status().warning
            assert not run.checkpoints().intact
            disk.has_room = True
    assert run.weights_path.read_bytes() == b"weights"
    assert [point.step for point in run.checkpoints().intact] == [8]
    assert (run.status().state, run.status().warning) == ("finished", "")


def test_a_run_whose_best_weights_are_refused_to_the_end_is_not_finished(run: Run) -> None:
    best = BestImproved("val/accuracy", 0.5, 0, 4, _Disk().write)
    with pytest.raises(WriteError, match=r"weights\.safetensors"):
        _record(iter([_started(), best, Ended("finished", 8, "", 1.0)]), run)
    assert run.status().state == "stopped"
    assert "weights.safetensors" in run.status().reason


def test_best_weights_and_checkpoints_are_files(run: Run) -> None:
    events: list[Event] = [
        _started(),
        BestImproved("val/accuracy", 0.5, 0, 4, _writes(b"weights")),
        CheckpointReady(0, 4, True, _writes(b"payload")),
        Ended("stopped", 4, "asked to", 1.0),
    ]
    _record(iter(events), run)
    assert run.weights_path.read_bytes() == b"weights"
    assert [(point.step, point.best) for point in run.checkpoints().intact] == [(4, True)]
    best = run.status().best
    assert best is not None
    assert (best.metric, best.value, best.epoch) == ("val/accuracy", 0.5, 0)


def test_a_confusion_table_is_read_back_as_it_was_counted(run: Run) -> None:
    _record(iter([_started(), ConfusionCounted(0, 4, "test", ("a", "b"), [[1, 2], [0, 3]])]), run)
    table = run.history().confusion
    assert table is not None
    assert (table.split, table.epoch, table.classes) == ("test", 0, ("a", "b"))
    assert table.counts.tolist() == [[1, 2], [0, 3]]


def test_a_resume_before_the_best_epoch_goes_back_to_the_best_until_then(run: Run) -> None:
    def best(epoch: int) -> BestImproved:
        return BestImproved("val/accuracy", epoch / 10, epoch, 4 * epoch + 4, lambda file: None)

    _record(iter([_started(), best(0), best(1), best(2)]), run)
    _record(iter([_started(first_step=8)]), run)
    status = run.status()
    assert status.best is not None
    assert status.best.epoch == 1


def test_a_resume_knows_a_best_value_that_the_status_was_killed_before_telling(run: Run) -> None:
    best = BestImproved("val/accuracy", 0.5, 0, 4, lambda file: None)
    _record(iter([_started(), best]), run)
    write_status(run.path, run.status().model_copy(update={"best": None}))
    _record(iter([_started(first_step=4)]), run)
    status = run.status()
    assert status.best is not None
    assert status.best.value == 0.5


def test_a_run_that_was_released_waits_for_its_next_process(run: Run) -> None:
    _record(iter([_started(), CheckpointReady(0, 2, False, _writes(b"")), Released(2)]), run)
    status = run.status()
    assert (status.state, status.reason, status.step) == ("queued", "handed over", 2)
    assert status.is_handed_over
    assert status.ended is None
    assert run.history().ended is None
    with RunLock(run.path):
        assert read_owner(run.path) is not None  # this process answers for it


def test_the_process_that_takes_a_released_run_goes_on_with_it(
    run: Run, training: Training
) -> None:
    _record(iter([_started(), CheckpointReady(0, 2, False, _writes(b"")), Released(2)]), run)
    _record(training(), run)
    status = run.status()
    assert (status.state, status.attempt, status.is_handed_over) == ("finished", 2, False)
    assert read_owner(run.path) is None


def test_a_run_whose_checkpoint_the_disk_refuses_is_not_released(run: Run) -> None:
    events = [_started(), CheckpointReady(0, 2, False, _refused), Released(2)]
    with pytest.raises(WriteError):
        _record(iter(events), run)
    status = run.status()
    assert status.state == "stopped"
    assert "refuses" in status.reason
    assert read_owner(run.path) is None


def test_a_released_run_that_nobody_took_is_taken_back_and_can_be_resumed(run: Run) -> None:
    _record(iter([_started(), CheckpointReady(0, 2, False, _writes(b"")), Released(2)]), run)
    take_back(run, "no process came up")
    status = run.status()
    assert (status.state, status.reason, status.step) == ("stopped", "no process came up", 2)
    assert read_owner(run.path) is None


def test_a_run_that_somebody_has_taken_is_not_taken_back(run: Run, training: Training) -> None:
    _record(iter([_started(), Released(2)]), run)
    _record(training(), run)
    take_back(run, "no process came up")
    assert run.status().state == "finished"


def test_what_a_killed_writer_left_half_written_is_removed(run: Run, training: Training) -> None:
    leftovers = [
        run.path / "checkpoints" / ".000000004.pt.0123abcd.tmp",
        run.path / ".weights.safetensors.0123abcd.tmp",
    ]
    notes = run.path / ".notes.toml.0123abcd.tmp"
    (run.path / "checkpoints").mkdir()
    for path in [*leftovers, notes]:
        path.touch()
    _record(training(), run)
    assert not any(path.exists() for path in leftovers)
    assert notes.exists()  # its writer may be at work


def test_an_attempt_never_writes_into_a_file_that_is_there(run: Run, training: Training) -> None:
    (run.path / "metrics").mkdir()
    (run.path / "metrics" / "0004.jsonl").write_text("")
    _record(training(), run)
    assert (run.path / "metrics" / "0005.jsonl").exists()
    assert run.status().attempt == 5


def test_recording_leaves_flags_to_whoever_acts_on_them(run: Run, training: Training) -> None:
    request_stop(run)
    _record(training(), run)
    assert is_stop_requested(run)
