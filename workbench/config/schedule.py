"""How the learning rate moves over the epochs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workbench.config.section import Section


class ConstantProfile(Section):
    """The optimizer's learning rate throughout."""

    kind: Literal["constant"] = "constant"


class WarmupHoldCosineProfile(Section):
    """A linear rise, a fifth of the epochs at the peak, then a cosine down to a tenth of it."""

    kind: Literal["warmup_hold_cosine"] = "warmup_hold_cosine"
    warmup_epochs: int = Field(5, ge=0)
    """Epochs of the rise; the peak is reached in the last of them."""


ScheduleProfile = Annotated[ConstantProfile | WarmupHoldCosineProfile, Field(discriminator="kind")]
