"""Which network is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from workbench.config.section import Section


class SEResNetProfile(Section):
    """A residual network for small images with squeeze-and-excitation after each block."""

    kind: Literal["se_resnet"] = "se_resnet"
    blocks: int = Field(7, ge=1, le=64)
    """Residual blocks in each of the three stages."""
    activation: Literal["relu", "tanh", "sigmoid"] = "relu"
    """Activation of the convolutions and the head; it also chooses the initialisation."""


class VGGAProfile(Section):
    """VGG-A (11 weight layers) for 32x32 images, with the standard task's small head."""

    kind: Literal["vgg_a"] = "vgg_a"
    batch_norm: bool = False
    """Batch normalisation after each convolution."""
    width: float = Field(1.0, gt=0, le=8)
    """Factor on all channels and hidden linear layers."""


ModelProfile = Annotated[SEResNetProfile | VGGAProfile, Field(discriminator="kind")]
