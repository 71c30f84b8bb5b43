"""Which network is trained."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from workbench.config.custom import Arguments, CustomSection
from workbench.config.section import OptionalUserPath, Section, worded

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid"]

Initialisation = Literal[
    "auto",
    "default",
    "kaiming_normal",
    "kaiming_uniform",
    "xavier_normal",
    "xavier_uniform",
    "orthogonal",
]
"""Functions of torch.nn.init; `default` is what torch's layers do by themselves."""

Dropout = Annotated[float, Field(ge=0, lt=1)]


class SEResNetProfile(Section):
    """A residual network for small images with squeeze-and-excitation after each block."""

    kind: Literal["se_resnet"] = "se_resnet"
    blocks: int = Field(7, ge=1, le=64)
    """Residual blocks in each of the three stages."""
    activation: Activation = "relu"
    """Activation of the convolutions and the head."""
    dropout: Dropout = 0.5
    """Share of the head's hidden values that are dropped in training."""
    initialisation: Initialisation = "auto"
    """How weights begin; auto is xavier_uniform for tanh and sigmoid, kaiming_normal for the
    others."""


class VGGAProfile(Section):
    """VGG-A (11 weight layers) for 32x32 images, with the standard task's small head."""

    kind: Literal["vgg_a"] = "vgg_a"
    batch_norm: bool = False
    """Batch normalisation after each convolution."""
    width: float = Field(1.0, gt=0, le=8)
    """Factor on all channels and hidden linear layers."""
    activation: Activation = "relu"
    """Activation of the convolutions and the hidden linear layers."""
    dropout: Dropout = 0.0
    """Share of the hidden linear layers' values that are dropped in training."""
    initialisation: Initialisation = "auto"
    """How weights begin; auto is xavier_normal."""


class TorchvisionProfile(Section):
    """One of torchvision's classification models, fitted to the data's channels and classes."""

    kind: Literal["torchvision"] = "torchvision"
    name: Annotated[
        str,
        StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$"),
        worded("a model's name as torchvision writes it, as in 'resnet18'"),
    ]
    """As torchvision calls it: resnet18, mobilenet_v3_small, vit_b_16, ..."""
    weights: OptionalUserPath = ""
    """A local file to begin from, .safetensors or torch's .pth; empty begins at random. Layers
    whose shapes the data's classes or channels change begin at random all the same."""
    arguments: Arguments = Field(default_factory=dict)
    """Further arguments of the model, such as dropout = 0.1, as torchvision documents them."""


class CustomModelProfile(CustomSection):
    """A network from a callable of one's own, which is told channels, image_size and classes."""

    kind: Literal["custom"] = "custom"


ModelProfile = Annotated[
    SEResNetProfile | VGGAProfile | TorchvisionProfile | CustomModelProfile,
    Field(discriminator="kind"),
]
