"""From a model's profile and its data's shape to a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from torch import nn

from workbench.config.model import ModelProfile, SEResNetProfile, VGGAProfile
from workbench.errors import ModelError
from workbench.models import vgg
from workbench.models.se_resnet import SEResNet
from workbench.models.vgg import VGGA


@dataclass(frozen=True)
class DataShape:
    """What a network must know of its data."""

    channels: int
    image_size: tuple[int, int]
    """Height and width in pixels."""
    classes: int


def _se_resnet(profile: SEResNetProfile, shape: DataShape) -> nn.Module:
    return SEResNet(
        profile.blocks, profile.activation, channels=shape.channels, classes=shape.classes
    )


def _vgg_a(profile: VGGAProfile, shape: DataShape) -> nn.Module:
    if min(shape.image_size) < vgg.SMALLEST_IMAGE:
        height, width = shape.image_size
        raise ModelError(
            f"vgg_a halves the image five times and cannot take {height}x{width} pixels",
            hint=f"set data.image_size = {vgg.SMALLEST_IMAGE} or more",
        )
    return VGGA(
        profile.batch_norm,
        profile.width,
        channels=shape.channels,
        classes=shape.classes,
        image_size=shape.image_size,
    )


# One line a model: its profile (config/model.py) and the function that builds it.
_BUILDERS: dict[type, Callable[[Any, DataShape], nn.Module]] = {
    SEResNetProfile: _se_resnet,
    VGGAProfile: _vgg_a,
}


def build_model(profile: ModelProfile, shape: DataShape) -> nn.Module:
    """A freshly initialised network; draws its weights from torch's global generator.

    Raises `ModelError` where the network cannot take images of that shape.
    """
    return _BUILDERS[type(profile)](profile, shape)


def count_parameters(model: nn.Module) -> int:
    """Trainable parameters, each counted once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def first_convolution(model: nn.Module) -> tuple[str, nn.Conv2d] | None:
    """The name and module of the first convolution in definition order, if there is one."""
    return next(((name, m) for name, m in model.named_modules() if isinstance(m, nn.Conv2d)), None)
