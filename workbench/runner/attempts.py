"""Prepare a training, then train and record it: one attempt of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset, Progress, load_dataset, no_progress
from workbench.errors import CheckpointError, RunStateError
from workbench.events import Event
from workbench.runner.control import Control
from workbench.runner.environment import describe_run
from workbench.runner.logs import logging_to
from workbench.store import control
from workbench.store.lock import RunLock
from workbench.store.record import record
from workbench.store.runs import Run, RunStore
from workbench.training.checkpoint import Checkpoint, read_checkpoint
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer

logger = logging.getLogger(__name__)

Watch = Callable[[Event], None]


def _never() -> bool:
    return False


def _ignore(event: Event) -> None:
    """Nobody watches."""


def prepare(
    profile: RunProfile,
    *,
    device: str = "auto",
    checkpoint: Checkpoint | None = None,
    decoding: Progress = no_progress,
) -> Trainer:
    """Everything that can be wrong with data, device and model shows here.

    So it comes before a run folder is claimed. Raises `DataError`,
    `DeviceError`, `ModelError`, `CheckpointError`.
    """
    hardware = decide(profile.training, device)
    dataset = load_dataset(profile.data, profile.seed, decoding)
    if checkpoint is not None:
        # What "auto" once became holds for the whole run; only the device may change.
        hardware = checkpoint.hardware.on(hardware.device)
    return Trainer(profile, dataset, hardware, checkpoint)


def train_run(
    profile: RunProfile,
    runs: Path | str = "runs",
    *,
    device: str = "auto",
    decoding: Progress = no_progress,
    watch: Watch = _ignore,
    stop: Callable[[], bool] = _never,
) -> Run:
    """Train a profile into a new run folder under `runs`, and return the run when it ended.

    `watch` sees every event; `stop` is asked between steps. A diverged
    training is an outcome: see `Run.status()`. An exception of the training is
    recorded as `failed` and raised.
    """
    trainer = prepare(profile, device=device, decoding=decoding)
    return train_prepared(trainer, RunStore(Path(runs)).create(profile), watch=watch, stop=stop)


def train_prepared(
    trainer: Trainer, run: Run, *, watch: Watch = _ignore, stop: Callable[[], bool] = _never
) -> Run:
    """Take the run's lock, train to the end, record. Raises `RunBusyError`."""
    with RunLock(run.path):
        _train(trainer, run, watch, stop)
    return run
