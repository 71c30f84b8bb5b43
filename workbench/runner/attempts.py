"""One attempt of a run: prepare, take the lock, train, record."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from workbench.config.profile import RunProfile
from workbench.data.dataset import Progress, load_dataset, no_progress
from workbench.errors import RunStateError, WriteError
from workbench.events import EpochEnded, Event, Released
from workbench.runner.control import Control, Wish, never
from workbench.runner.environment import describe_run, versions
from workbench.runner.logs import described, logging_to
from workbench.runner.newest import newest_checkpoint
from workbench.runner.own_code import runnable_profile
from workbench.store.control import clear_pause, clear_stop
from workbench.store.ended import check_unseen_owner, known_status
from workbench.store.folders import check_folders
from workbench.store.lock import RunLock
from workbench.store.record import record
from workbench.store.runs import Run, RunStore, discard, write_env
from workbench.store.status import read_status
from workbench.training.checkpoint import Checkpoint
from workbench.training.hardware import decide
from workbench.training.sameness import adopted
from workbench.training.trainer import Trainer

logger = logging.getLogger(__name__)

Watch = Callable[[Event], None]


def _ignore(event: Event) -> None:
    """Nobody watches."""


def prepare(
    profile: RunProfile,
    *,
    device: str = "auto",
    checkpoint: Checkpoint | None = None,
    force: bool = False,
    decoding: Progress = no_progress,
) -> Trainer:
    """Load the data and build the model: what is wrong with a profile's world shows here.

    So it comes before a run folder is claimed. With `force` a checkpoint of
    another profile or data set is taken over, with a warning for each
    difference. Raises `DataError`, `DeviceError`, `ModelError`,
    `CheckpointError`.
    """
    hardware = decide(profile.training, device)
    dataset = load_dataset(profile.data, profile.seed, decoding)
    if checkpoint is not None:
        if force:
            checkpoint = adopted(checkpoint, profile, dataset, hardware)
        # What "auto" once became holds for the whole run; the device may change.
        hardware = checkpoint.hardware.moved_to(hardware.device)
    return Trainer(profile, dataset, hardware, checkpoint)


def train_run(
    profile: RunProfile,
    runs: Path | str = "runs",
    *,
    device: str = "auto",
    decoding: Progress = no_progress,
    watch: Watch = _ignore,
    stop: Wish = never,
    checkpoint: Wish = never,
) -> Run:
    """Train a profile into a new run folder under `runs`; returns the run when it has ended.

    `watch` sees every event; `stop` and `checkpoint` are asked between steps,
    for what this process wishes (see `Control`). How it ended is in
    `Run.status()`: a diverged training is an outcome. An exception of the
    training is recorded as `failed` and raised.
    """
    trainer = prepare(profile, device=device, decoding=decoding)
    run = RunStore(Path(runs)).create(profile)
    train_new(trainer, run, watch=watch, stop=stop, checkpoint=checkpoint)
    return run


def train_new(
    trainer: Trainer,
    run: Run,
    *,
    watch: Watch = _ignore,
    stop: Wish = never,
    checkpoint: Wish = never,
    release: Wish = never,
) -> None:
    """Train a prepared run from the start, into its fresh folder.

    Once `release` says True the run is let go, for another process to resume.
    Raises `WriteError`; where the disk refuses already what comes before the
    first event, no folder is left.
    """
    has_begun = False

    def begun(event: Event) -> None:
        nonlocal has_begun
        has_begun = True
        watch(event)

    try:
        with RunLock(run.path), logging_to(run.log_path):
            _train(trainer, run, begun, Control(run, stop, checkpoint, release))
    except WriteError:
        if not has_begun:
            discard(run)
        raise


def resume_run(
    run: Run,
    *,
    force: bool = False,
    device: str = "auto",
    decoding: Progress = no_progress,
    watch: Watch = _ignore,
    stop: Wish = never,
    checkpoint: Wish = never,
    release: Wish = never,
) -> None:
    """Go on from the run's newest intact checkpoint, or from step 0 where it has none.

    The lock comes first: a checkpoint read before could be older than what
    another process trained meanwhile. `force` goes on also with a failed or
    diverged run, and with another profile or other images (see `prepare`).
    Raises `RunBusyError`, `RunStateError` for a finished run, and for a failed
    or diverged one without `force`, `WorkbenchError` where its folders are
    links, and what `prepare` raises.
    """
    check_folders(run.path)
    with RunLock(run.path), logging_to(run.log_path):
        _check_resumable(run, force=force)
        if not read_status(run.path).is_handed_over:
            # Meant for the attempt before; what comes from now on is meant for this one.
            clear_stop(run)
            clear_pause(run)
        profile = runnable_profile(run)
        trainer = prepare(
            profile,
            device=device,
            checkpoint=newest_checkpoint(run),
            force=force,
            decoding=decoding,
        )
        _train(trainer, run, watch, Control(run, stop, checkpoint, release))


def _check_resumable(run: Run, *, force: bool) -> None:
    check_unseen_owner(run)
    status = known_status(run)
    if status.state == "finished":
        raise RunStateError(f"run {run.id} is finished", hint="there is nothing to resume")
    if status.state in ("failed", "diverged") and not force:
        raise RunStateError(
            f"run {run.id} {status.state}: {status.reason}",
            hint="see its log.txt; --force goes on from its last checkpoint all the same",
        )


def _train(trainer: Trainer, run: Run, watch: Watch, request: Control) -> None:
    """Train and record under a lock that the caller holds."""
    learner = trainer.learner
    if not run.environment:  # env.json tells how the run began, log.txt of each attempt
        write_env(run, describe_run(learner.hardware, learner.dataset))
    packages = ", ".join(f"{name} {version}" for name, version in versions().items())
    logger.info("training on %s with %s", learner.hardware.device, packages)
    if learner.monitored_split == "test":
        logger.warning("data.validation is 0: the test set itself chooses the best weights")
    try:
        # Closed before an exception of `watch` goes on: it lets go of the run.
        with closing(record(trainer.train(request), run)) as events:
            for event in events:
                watch(event)
                if isinstance(event, EpochEnded):
                    logger.info("%s", described(event))
                if isinstance(event, Released):
                    return  # also from its flags: they are meant for whoever goes on
    except WriteError as error:
        logger.error("training stopped: %s", error)
        raise
    except Exception:
        logger.exception("training failed")
        raise
    try:
        clear_stop(run)  # acted on
    except WriteError as error:  # a resume clears it all the same
        logger.warning("the flag to stop stays: %s", error)
