"""A small training and what its events tell, for the tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

from workbench.config.augment import HorizontalFlipProfile, RandomCropProfile
from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.schedule import WarmupHoldCosineProfile
from workbench.config.training import TrainingProfile
from workbench.data.dataset import Dataset
from workbench.events import (
    CheckpointReady,
    EpochEnded,
    Event,
    Request,
    Steps,
)
from workbench.training.checkpoint import Checkpoint, read_checkpoint
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer


def a_profile(**training: object) -> RunProfile:
    """100 digits in batches of 32, the last of them with 4: four steps an epoch."""
    return RunProfile(
        seed=1,
        data=DigitsProfile(
            train_per_class=12,
            test_per_class=5,
            validation=20,
            augment=(RandomCropProfile(padding=1), HorizontalFlipProfile()),
        ),
        model=SEResNetProfile(blocks=1),
        schedule=WarmupHoldCosineProfile(warmup_epochs=1),
        training=TrainingProfile.model_validate(
            {"epochs": 3, "batch_size": 32, "clip_norm": 1.0, "precision": "fp32", **training}
        ),
    )


def a_trainer(
    dataset: Dataset, profile: RunProfile | None = None, checkpoint: Checkpoint | None = None
) -> Trainer:
    profile = profile or a_profile()
    return Trainer(profile, dataset, decide(profile.training, "cpu"), checkpoint)


def steps_of(events: list[Event], column: str) -> list[float]:
    """A column of all steps, joined over flushes."""
    return [v for event in events if isinstance(event, Steps) for v in event.columns[column]]


def epochs_of(events: list[Event]) -> list[EpochEnded]:
    return [event for event in events if isinstance(event, EpochEnded)]


class Asked:
    """Answers the trainer from a script: `answers[n]` to the n-th question, then go on."""

    def __init__(self, *answers: Request) -> None:
        self._answers = iter(answers)

    def __call__(self) -> Request:
        return next(self._answers, Request.GO_ON)


def stop_at(step: int) -> Asked:
    return Asked(*[Request.GO_ON] * step, Request.STOP)


def last_checkpoint(events: Iterator[Event], tmp_path: Path) -> Checkpoint:
    """Run to the end, writing each checkpoint when it comes, and read the last one back."""
    path = tmp_path / "last.pt"
    for event in events:
        if isinstance(event, CheckpointReady):
            with path.open("wb") as file:
                event.write(file)
    return read_checkpoint(path)
