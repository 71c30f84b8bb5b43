"""From a model's profile and its data's shape to a network."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain
from typing import Any

from torch import nn
from torch.nn.parameter import is_lazy

from workbench.config.model import (
    CustomModelProfile,
    ModelProfile,
    SEResNetProfile,
    TorchvisionProfile,
    VGGAProfile,
)
from workbench.errors import ModelError, WorkbenchError
from workbench.models import custom, vgg
from workbench.models.se_resnet import SEResNet
from workbench.models.shape import DataShape
from workbench.models.trial import SMALLER, brief, check_evaluation, check_training
from workbench.models.vgg import VGGA


def _se_resnet(profile: SEResNetProfile, shape: DataShape) -> nn.Module:
    return SEResNet(
        profile.blocks,
        profile.activation,
        dropout=profile.dropout,
        initialisation=profile.initialisation,
        channels=shape.channels,
        classes=shape.classes,
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
        profile.activation,
        dropout=profile.dropout,
        initialisation=profile.initialisation,
        channels=shape.channels,
        classes=shape.classes,
        image_size=shape.image_size,
    )


def _torchvision(profile: TorchvisionProfile, shape: DataShape) -> nn.Module:
    from workbench.models.torchvision_model import build_torchvision  # 1.5 s, for this kind alone

    return build_torchvision(profile, shape)


# One line a model: its profile (config/model.py) and the function that builds it.
_BUILDERS: dict[type, Callable[[Any, DataShape], nn.Module]] = {
    SEResNetProfile: _se_resnet,
    VGGAProfile: _vgg_a,
    TorchvisionProfile: _torchvision,
    CustomModelProfile: custom.build_custom,
}


def build_model(profile: ModelProfile, shape: DataShape) -> nn.Module:
    """A network with its first weights, tried on two images of the data's shape.

    Draws the weights from torch's global generator. Raises `ModelError` where
    the network cannot take images of that shape or gives no logits for them,
    and `CallableError` where code of the user's own is at fault.
    """
    name = _name(profile)
    try:
        model = _BUILDERS[type(profile)](profile, shape)
        check_evaluation(model, name, shape)
        _check_parameters(model, name)
        if isinstance(profile, CustomModelProfile):  # others give the same in both modes
            _check_state(model, name)
            check_training(model, name, shape)
    except WorkbenchError:
        raise
    except (Exception, SystemExit) as error:
        raise _refusal(profile, shape, error) from error
    return model


def without_weights(profile: ModelProfile) -> ModelProfile:
    """The same network for whom its weights come from a run, which needs no other file of them."""
    if isinstance(profile, TorchvisionProfile):
        return profile.model_copy(update={"weights": ""})
    return profile


def _name(profile: ModelProfile) -> str:
    match profile:
        case TorchvisionProfile():
            return profile.name
        case CustomModelProfile():
            return profile.callable
        case _:
            return profile.kind


def _refusal(profile: ModelProfile, shape: DataShape, error: BaseException) -> WorkbenchError:
    """That a network could not be made, or raised on images of that shape."""
    match profile:
        case CustomModelProfile():
            return custom.refusal(profile, shape, error)
        case TorchvisionProfile():
            from workbench.models.torchvision_model import remedy

            hint = remedy(profile, shape)
        case _:  # they take every size that their builders let through: it was the memory
            hint = SMALLER
    return ModelError(
        f"{_name(profile)} cannot be built for images of {shape.images}: {brief(error)}", hint=hint
    )


def _check_parameters(model: nn.Module, name: str) -> None:
    unused = [parameter for parameter, value in model.named_parameters() if is_lazy(value)]
    if unused:
        raise ModelError(
            f"{name}: '{unused[0]}' has no shape after a first batch",
            hint="use that lazy layer in forward, or remove it",
        )
    if not count_parameters(model):
        raise ModelError(
            f"{name} has no parameter to train",
            hint="leave requires_grad of at least one parameter as it is",
        )


def _check_state(model: nn.Module, name: str) -> None:
    """What is averaged, kept and written are tensors that the network has by these names."""
    parameters = model.named_parameters(remove_duplicate=False)
    known = {key for key, _ in chain(parameters, model.named_buffers(remove_duplicate=False))}
    others = [key for key in model.state_dict() if key not in known]
    if others:
        module, _, entry = others[0].rpartition(".")
        where = f"module '{module}'" if module else "the network"
        raise ModelError(
            f"{name}: {where} has '{entry}' in its state_dict, neither a parameter nor a buffer",
            hint="keep that state in a buffer (register_buffer) and not by get_extra_state",
        )


def count_parameters(model: nn.Module) -> int:
    """Trainable parameters, each counted once."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def first_convolution(model: nn.Module) -> tuple[str, nn.Conv2d] | None:
    """The name and module of the first convolution in definition order, if there is one."""
    return next(((name, m) for name, m in model.named_modules() if isinstance(m, nn.Conv2d)), None)
