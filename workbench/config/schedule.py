"""How the learning rate moves over the epochs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workbench.config.section import Section


class ConstantProfile(Section):
    """The optimizer's learning rate throughout."""

    kind: Literal["constant"] = "constant"


class WarmupHoldCosineProfile(Section):
    """A linear rise, a fifth of the epochs at the peak, then a cosine down towards a tenth of it.

    The last epoch is one short of that tenth.
    """

    kind: Literal["warmup_hold_cosine"] = "warmup_hold_cosine"
    warmup_epochs: int = Field(5, ge=0)
    """Epochs of the rise; the peak is reached in the last of them."""


class CosineProfile(Section):
    """Half a cosine from the peak down, step by step (Loshchilov and Hutter 2016, one cycle)."""

    kind: Literal["cosine"] = "cosine"
    warmup_epochs: int = Field(0, ge=0)
    """Epochs in which the rate first rises, step by step, in a straight line."""
    floor: float = Field(0.0, ge=0, le=1)
    """Share of the peak learning rate that it falls to; the last step is one short of it, as in
    torch's CosineAnnealingLR."""


class OneCycleProfile(Section):
    """Up and down in one cycle over all steps, as torch's OneCycleLR with cosine parts."""

    kind: Literal["one_cycle"] = "one_cycle"
    pct_start: float = Field(0.3, gt=0, lt=1)
    """Share of all steps in which the rate rises to its peak."""
    div_factor: float = Field(25.0, ge=1)
    """The rate begins at its peak divided by this."""
    final_div_factor: float = Field(1e4, ge=1)
    """The rate ends at its first value divided by this."""


class StepProfile(Section):
    """A factor every so many epochs, as torch's StepLR."""

    kind: Literal["step"] = "step"
    step_size: int = Field(30, ge=1)
    """Epochs between two changes."""
    gamma: float = Field(0.1, gt=0, le=1)
    """Factor of each change."""


ScheduleProfile = Annotated[
    ConstantProfile | WarmupHoldCosineProfile | CosineProfile | OneCycleProfile | StepProfile,
    Field(discriminator="kind"),
]
