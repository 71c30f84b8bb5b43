"""How weights are updated; defaults are torch's own."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from workbench.config.section import Section, invalid

Beta = Annotated[float, Field(ge=0, lt=1)]


class OptimizerSection(Section):
    """What all optimizers share."""

    lr: float = Field(1e-3, gt=0, le=100)
    """Peak learning rate; the schedule scales it."""
    weight_decay: float = Field(0.0, ge=0)
    """L2 penalty on all parameters, added to the gradient."""


class AdamProfile(OptimizerSection):
    """Steps scaled by running means of the gradient and its square (Kingma and Ba 2015)."""

    kind: Literal["adam"] = "adam"
    betas: tuple[Beta, Beta] = Field((0.9, 0.999), strict=False)
    """Decay of the running means of the gradient and of its square."""
    eps: float = Field(1e-8, gt=0)
    """Added to the denominator for numerical stability."""


class AdamWProfile(OptimizerSection):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2019)."""

    kind: Literal["adamw"] = "adamw"
    weight_decay: float = Field(1e-2, ge=0)
    """Share of each weight taken off per step at learning rate 1, apart from the gradient."""
    betas: tuple[Beta, Beta] = Field((0.9, 0.999), strict=False)
    """Decay of the running means of the gradient and of its square."""
    eps: float = Field(1e-8, gt=0)
    """Added to the denominator for numerical stability."""


class SGDProfile(OptimizerSection):
    """Stochastic gradient descent, with or without momentum."""

    kind: Literal["sgd"] = "sgd"
    momentum: float = Field(0.0, ge=0, lt=1)
    """Share of the last update carried into the next."""
    nesterov: bool = False
    """Look ahead along the momentum; needs momentum above 0."""

    @field_validator("nesterov")
    @classmethod
    def _nesterov_needs_momentum(cls, nesterov: bool, info: ValidationInfo) -> bool:
        if nesterov and info.data.get("momentum") == 0:
            raise invalid("false, or momentum above 0")
        return nesterov


OptimizerProfile = Annotated[AdamProfile | AdamWProfile | SGDProfile, Field(discriminator="kind")]
