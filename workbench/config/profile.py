"""One run, whole: what `workbench run` trains and `profile.toml` holds."""

from __future__ import annotations

from pydantic import Field

from workbench.config.data import DataProfile, DigitsProfile
from workbench.config.model import ModelProfile, SEResNetProfile
from workbench.config.optimizer import AdamProfile, OptimizerProfile
from workbench.config.schedule import ConstantProfile, ScheduleProfile
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
