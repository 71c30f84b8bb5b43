"""Resuming a run whose profile or data have changed: refused, or forced with a word on each."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.runner.small import checkpoint_names, contents, first_step, started, stop_after
from workbench.config.profile import RunProfile
from workbench.errors import CheckpointError
from workbench.events import CheckpointReady, Event, Steps
from workbench.runner.attempts import resume_run
from workbench.store.checkpoints import write_checkpoint
from workbench.store.runs import Run


@pytest.fixture
def run(profile: RunProfile, runs: Path) -> Run:
    return started(profile, runs, stop=stop_after(6))


def edit(run: Run, *changes: tuple[str, str]) -> Run:
    path = run.path / "profile.toml"
    text = path.read_text()
    for old, new in changes:
        assert text.count(old) == 1
        text = text.replace(old, new)
    path.write_text(text)
    return Run(run.path)


def forced(run: Run) -> list[Event]:
    events: list[Event] = []
    resume_run(run, force=True, device="cpu", watch=events.append)
    return events


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]


def test_a_changed_value_is_refused_and_the_way_on_is_named(run: Run) -> None:
    changed = edit(run, ("clip_norm = 1.0", "clip_norm = 2.0"))
    before = contents(run)
    with pytest.raises(CheckpointError, match=r": training\.clip_norm$") as caught:
        resume_run(changed, device="cpu")
    assert "--force" in caught.value.hint
    assert contents(run) == before


def test_forced_it_goes_on_and_names_each_value(run: Run, caplog: pytest.LogCaptureFixture) -> None:
    changes = (("clip_norm = 1.0", "clip_norm = 2.0"), ("lr = 0.001", "lr = 0.5"))
    events = forced(edit(run, *changes))
    assert warnings(caplog) == [
        "--force: goes on though optimizer.lr was 0.001 and is 0.5",
        "--force: goes on though training.clip_norm was 1.0 and is 2.0",
    ]
    assert first_step(events) == 6
    assert max(lr for e in events if isinstance(e, Steps) for lr in e.columns["lr"]) > 0.1
    assert run.status().state in ("finished", "diverged")


def test_what_was_forced_once_needs_no_force_again(run: Run) -> None:
    changed = edit(run, ("clip_norm = 1.0", "clip_norm = 2.0"))
    resume_run(changed, force=True, device="cpu", stop=stop_after(1))
    resume_run(changed, device="cpu")
    assert run.status().state == "finished"


def test_other_images_are_refused_and_can_be_forced(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    """So many of each class that the steps of an epoch stay as many."""
    changed = edit(run, ("test_per_class = 5", "test_per_class = 6"))
    with pytest.raises(CheckpointError):
        resume_run(changed, device="cpu")
    forced(changed)
    assert "--force: goes on though the data set has changed" in warnings(caplog)
    assert run.status().state == "finished"


@pytest.mark.parametrize(
    "change",
    [
        ('kind = "adam"\n', 'kind = "adamw"\n'),
        ("ema_decay = 0.0", "ema_decay = 0.9"),
        ('precision = "fp32"', 'precision = "bf16"'),
        ("epochs = 3", "epochs = 4"),
    ],
)
def test_what_a_checkpoint_holds_no_state_for_begins_anew(
    run: Run, change: tuple[str, str]
) -> None:
    forced(edit(run, change))
    assert run.status().state == "finished"


def test_another_shape_is_refused_also_by_force(run: Run) -> None:
    changed = edit(run, ("blocks = 1", "blocks = 2"))
    before = checkpoint_names(run)
    with pytest.raises(CheckpointError, match="weights do not fit the model: ") as caught:
        forced(changed)
    assert "\n" not in caught.value.message
    assert checkpoint_names(run) == before


def test_epochs_of_other_steps_are_refused_also_by_force(run: Run) -> None:
    with pytest.raises(CheckpointError, match="does not fit epochs of 13 steps"):
        forced(edit(run, ("\nbatch_size = 32", "\nbatch_size = 8")))


@pytest.mark.parametrize("batch_size", [40, 50, 100])
def test_so_they_are_at_the_end_of_an_epoch(
    profile: RunProfile, runs: Path, batch_size: int
) -> None:
    """Where no step of the next epoch was trained, and where the run would be over by now."""
    run = started(profile, runs, stop=stop_after(8))
    changed = edit(run, ("\nbatch_size = 32", f"\nbatch_size = {batch_size}"))
    with pytest.raises(CheckpointError, match=r"step 8 in epoch 3 does not fit epochs of \d+ step"):
        forced(changed)
    assert run.status().state == "stopped"


def test_another_version_is_refused_and_force_does_not_help(run: Run) -> None:
    foreign = CheckpointReady(1, 7, False, lambda file: torch.save({"version": 99}, file))
    write_checkpoint(run.path, foreign)
    with pytest.raises(CheckpointError, match="format 99") as caught:
        forced(run)
    assert "--force cannot help" in caught.value.hint
