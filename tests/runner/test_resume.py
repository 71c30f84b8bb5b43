"""Stops, crashes and resumes: whatever happened, one curve comes out."""

from __future__ import annotations

import errno
import logging
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
import torchvision

from tests.runner.small import (
    CrashError,
    Undisturbed,
    checkpoint_names,
    contents,
    crash_at,
    crashed,
    curve,
    damage,
    first_step,
    resumed,
    started,
    stop_after,
)
from tests.training.small import a_profile
from workbench.config.model import TorchvisionProfile
from workbench.config.profile import RunProfile
from workbench.errors import (
    CheckpointError,
    RunBusyError,
    RunStateError,
    WriteError,
)
from workbench.events import (
    BestImproved,
    CheckpointReady,
    Continued,
    EpochEnded,
    Event,
    Paused,
    Steps,
)
from workbench.runner import attempts
from workbench.runner.attempts import Watch, prepare, resume_run, train_new, train_run
from workbench.runner.evaluation import evaluate_run
from workbench.store.checkpoints import write_checkpoint
from workbench.store.control import (
    clear_pause,
    is_pause_requested,
    is_stop_requested,
    request_pause,
    request_stop,
)
from workbench.store.runs import Run, open_store
from workbench.training.hardware import Hardware
from workbench.training.trainer import Trainer

HOLD = """
import sys
from pathlib import Path
from workbench.store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


# Stopping and resuming


def test_a_wish_to_stop_ends_it_with_a_checkpoint(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(6))
    status = run.status()
    assert (status.state, status.step, status.epochs_done) == ("stopped", 6, 1)
    assert checkpoint_names(run) == ["000000004.pt", "000000006.pt"]


@pytest.mark.parametrize("step", [0, 4, 6, 11])
def test_a_stopped_run_resumes_to_the_same_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, step: int
) -> None:
    run = started(profile, runs, stop=stop_after(step))
    assert first_step(resumed(run)) == step
    assert run.status().state == "finished"
    assert curve(run) == curve(undisturbed.run)


@pytest.mark.parametrize(
    ("at", "goes_on_from"),
    [
        (crash_at(EpochEnded, 4), 0),
        (crash_at(EpochEnded, 8), 4),
        (crash_at(CheckpointReady, 8), 8),
        (crash_at(EpochEnded, 12), 8),
    ],
)
def test_a_crashed_run_resumes_from_its_last_checkpoint_to_the_same_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, at: Watch, goes_on_from: int
) -> None:
    """Without a checkpoint, from step 0."""
    run = crashed(profile, runs, at=at)
    assert run.status().state == "interrupted"
    assert first_step(resumed(run)) == goes_on_from
    assert run.status().state == "finished"
    assert curve(run) == curve(undisturbed.run)


def test_an_evaluation_that_was_repeated_is_recorded_once(runs: Path) -> None:
    """Stopped in it, then killed between it and the epoch's checkpoint."""
    profile = a_profile(epochs=2, eval_batch_size=5)
    run = started(profile, runs, stop=stop_after(4 + 2))
    assert checkpoint_names(run) == ["000000004.pt"]
    with pytest.raises(CrashError):
        resume_run(run, device="cpu", watch=crash_at(BestImproved, 4))
    resumed(run)
    assert curve(run) == curve(started(profile, runs))


def test_several_attempts_make_one_curve(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed
) -> None:
    run = crashed(profile, runs, at=crash_at(EpochEnded, 8))
    assert [first_step(resumed(run, stop=stop_after(steps))) for steps in (1, 5, 99)] == [4, 5, 10]
    assert len(list((run.path / "metrics").iterdir())) == 4
    assert run.status().attempt == 4
    assert curve(run) == curve(undisturbed.run)


def test_its_seconds_go_on_over_attempts(profile: RunProfile, runs: Path) -> None:
    first: list[Event] = []
    run = train_run(profile, runs, device="cpu", watch=first.append, stop=stop_after(6))
    seconds = [event.seconds for event in first + resumed(run) if isinstance(event, Steps)]
    assert seconds == sorted(seconds)
    assert run.status().seconds > seconds[-1]


def test_what_auto_became_is_kept_on_resume(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another machine would decide otherwise; that would be another curve."""
    run = started(profile, runs, stop=stop_after(1))
    before = run.environment["hardware"]
    elsewhere = Hardware("cpu", "bf16", compile=False, threads=3, reasons={"precision": "fast"})
    monkeypatch.setattr(attempts, "decide", lambda training, device: elsewhere)
    resumed(run, stop=stop_after(1))
    assert run.environment["hardware"] == before


def test_a_finished_run_is_not_resumed(undisturbed: Undisturbed, tmp_path: Path) -> None:
    run = Run(shutil.copytree(undisturbed.run.path, tmp_path / undisturbed.run.id))
    before = contents(run)
    with pytest.raises(RunStateError, match="is finished"):
        resumed(run)
    assert contents(run) == before


def test_a_stop_asked_for_while_a_resume_prepares_is_heeded(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = started(profile, runs, stop=stop_after(2))

    def prepare_slowly(*arguments: Any, **options: Any) -> Trainer:
        request_stop(run)  # from another process, while images are decoded
        return prepare(*arguments, **options)

    monkeypatch.setattr(attempts, "prepare", prepare_slowly)
    resumed(run)
    assert run.status().state == "stopped"
    assert not is_stop_requested(run)


# Checkpoints that cannot be used


def test_a_damaged_checkpoint_is_reported_and_the_one_before_is_used(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(profile, runs, stop=stop_after(6))
    damage(run.path / "checkpoints" / "000000006.pt")
    assert first_step(resumed(run)) == 4
    warning = "checkpoint 000000006.pt is damaged and not used"
    assert [r.getMessage() for r in caplog.records if r.levelname == "WARNING"] == [warning]
    assert warning in run.log_path.read_text()
    assert curve(run) == curve(undisturbed.run)


def test_with_no_intact_checkpoint_it_says_that_it_begins_again(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed, caplog: pytest.LogCaptureFixture
) -> None:
    run = started(profile, runs, stop=stop_after(3))
    damage(run.path / "checkpoints" / "000000003.pt")
    assert first_step(resumed(run)) == 0
    assert "begins again at step 0" in caplog.text
    assert curve(run) == curve(undisturbed.run)


def test_a_checkpoint_of_another_version_is_refused_not_trained_over(
    profile: RunProfile, runs: Path
) -> None:
    run = started(profile, runs, stop=stop_after(6))
    foreign = CheckpointReady(1, 7, False, lambda file: torch.save({"version": 99}, file))
    write_checkpoint(run.path, foreign)
    before = contents(run)
    with pytest.raises(CheckpointError, match="format 99"):
        resume_run(run, device="cpu")
    assert contents(run) == before


def test_an_edited_profile_is_refused_and_nothing_changes(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(4))
    path = run.path / "profile.toml"
    path.write_text(path.read_text().replace("clip_norm = 1.0", "clip_norm = 2.0"))
    before = contents(run)
    with pytest.raises(CheckpointError, match=r"profile\.toml"):
        resume_run(Run(run.path), device="cpu")
    assert contents(run) == before


# One process for each run


@contextmanager
def held_by_another_process(run: Run) -> Iterator[None]:
    command = [sys.executable, "-c", HOLD, str(run.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.kill()


def test_a_run_that_another_process_holds_is_busy_and_stays_as_it_is(
    profile: RunProfile, runs: Path
) -> None:
    run = started(profile, runs, stop=stop_after(1))
    request_pause(run)
    before = contents(run)
    with held_by_another_process(run), pytest.raises(RunBusyError):
        resume_run(run, device="cpu")
    assert contents(run) == before


def test_the_lock_is_held_before_the_checkpoint_is_looked_for(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read earlier, it could be older than what another process trains meanwhile."""
    run = started(profile, runs, stop=stop_after(1))
    looked: list[Run] = []
    monkeypatch.setattr(attempts, "newest_checkpoint", looked.append)
    with held_by_another_process(run), pytest.raises(RunBusyError):
        resume_run(run, device="cpu")
    assert looked == []


# Flags in the folder


def prepared(profile: RunProfile, runs: Path) -> tuple[Run, Callable[[Watch], None]]:
    """A run whose folder is known before it trains."""
    trainer, run = prepare(profile, device="cpu"), open_store(runs).create(profile)
    return run, lambda watch: train_new(trainer, run, watch=watch)


@pytest.mark.usefixtures("no_poll_interval")
def test_a_stop_flag_is_removed_when_acted_on(profile: RunProfile, runs: Path) -> None:
    run, train = prepared(profile, runs)

    def watch(event: Event) -> None:
        if isinstance(event, EpochEnded):
            request_stop(run)

    train(watch)
    assert (run.status().state, run.status().step) == ("stopped", 4)
    assert not is_stop_requested(run)


def test_a_disk_that_keeps_the_flag_when_all_is_done_is_a_warning(
    profile: RunProfile, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(run: Run) -> None:
        raise WriteError(run.path / "control" / "stop", OSError(errno.EROFS, "Read-only"))

    monkeypatch.setattr(attempts, "clear_stop", refused)
    run = started(profile, runs)
    assert run.status().state == "finished"
    assert "the flag to stop stays: cannot write" in run.log_path.read_text()


@pytest.mark.usefixtures("no_poll_interval")
def test_flags_from_before_do_not_hold_a_resume(profile: RunProfile, runs: Path) -> None:
    run = started(profile, runs, stop=stop_after(1))
    request_stop(run)
    request_pause(run)
    resumed(run, stop=stop_after(50))  # ends also if the pause flag should hold it
    assert run.status().state == "finished"
    assert not is_stop_requested(run)
    assert not is_pause_requested(run)


@pytest.mark.usefixtures("no_poll_interval")
def test_a_paused_run_goes_on_when_the_flag_is_removed(
    profile: RunProfile, runs: Path, undisturbed: Undisturbed
) -> None:
    run, train = prepared(profile, runs)
    states: list[str] = []

    def watch(event: Event) -> None:
        if isinstance(event, CheckpointReady) and event.step == 4:
            request_pause(run)
        if isinstance(event, Paused):
            clear_pause(run)
        if isinstance(event, Paused | Continued):
            states.append(run.status().state)

    train(watch)
    assert states == ["paused", "running"]
    assert curve(run) == curve(undisturbed.run)


def test_its_log_is_its_own(undisturbed: Undisturbed, profile: RunProfile, runs: Path) -> None:
    """Once a run has ended, what this process logs is no part of it."""
    run = started(profile, runs, stop=stop_after(0))
    before = run.log_path.read_text()
    logging.getLogger("workbench").error("of something else")
    assert run.log_path.read_text() == before
    assert "of something else" not in undisturbed.run.log_path.read_text()


def test_the_file_that_weights_began_from_is_needed_only_at_the_start(
    profile: RunProfile, runs: Path, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = torchvision.models.shufflenet_v2_x0_5()
    torch.save(network.state_dict(), tmp_path / "began.pth")
    model = TorchvisionProfile(name="shufflenet_v2_x0_5", weights=str(tmp_path / "began.pth"))
    run = started(profile.model_copy(update={"model": model}), runs, stop=stop_after(6))
    (tmp_path / "began.pth").unlink()
    assert first_step(resumed(run)) == 6
    assert run.status().state == "finished"
    assert evaluate_run(run, "test", device="cpu").result.samples == 50
