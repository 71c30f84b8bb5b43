"""One run, whole: what `workbench run` trains and `profile.toml` holds."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from workbench.config.data import DataProfile, DigitsProfile
from workbench.config.model import ModelProfile, SEResNetProfile
from workbench.config.optimizer import AdamProfile, OptimizerProfile
from workbench.config.schedule import ConstantProfile, ScheduleProfile, WarmupHoldCosineProfile
from workbench.config.section import Name, Section
from workbench.config.training import TrainingProfile


class RunProfile(Section):
    name: Name = "run"
    """What the run is called; part of its id. Lower case letters, digits, dots, dashes."""
    seed: int = Field(42, ge=0, lt=2**63)
    """Fixes initial weights, sample order, augmentation and dropout."""
    data: DataProfile = DigitsProfile()
    """The images."""
    model: ModelProfile = SEResNetProfile()
    """The network."""
    optimizer: OptimizerProfile = AdamProfile()
    """The optimizer."""
    schedule: ScheduleProfile = ConstantProfile()
    """The learning rate's course."""
    training: TrainingProfile = TrainingProfile()
    """Length, batches, stopping."""

    @field_validator("training")
    @classmethod
    def _warmup_fits(cls, training: TrainingProfile, info: ValidationInfo) -> TrainingProfile:
        schedule = info.data.get("schedule")  # absent where it is itself invalid
        if (
            isinstance(schedule, WarmupHoldCosineProfile)
            and schedule.warmup_epochs > training.epochs
        ):
            # `key` names the culprit: this validator stands on `training` only
            # because that field comes last and so sees the others.
            raise PydanticCustomError(
                "warmup",
                "is longer than training.epochs = {epochs}",
                {
                    "key": "schedule.warmup_epochs",
                    "value": schedule.warmup_epochs,
                    "epochs": training.epochs,
                },
            )
        return training
