"""torchvision's classification networks, fitted to the data's channels, size and classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torchvision import models

from workbench.config.model import TorchvisionProfile
from workbench.config.wording import listed, nearest
from workbench.errors import ModelError
from workbench.models.pretrained import load_pretrained
from workbench.models.shape import DataShape
from workbench.models.trial import SMALLER, output_for_zeros

IMAGE_SIZES = (32, 64, 96, 128, 224, 256, 299, 384, 448)
"""Those that are tried where one is refused."""

_SET_ELSEWHERE = {
    "num_classes": "the data's classes decide it",
    "image_size": "the data's image size decides it",
    "input_size": "the data's image size decides it",
    "weights": "a local file is named by model.weights",
    "progress": "nothing is downloaded",
    "aux_logits": "auxiliary heads are not trained",
    "dropout_aux": "auxiliary heads are not trained",
}
"""Arguments of torchvision's that are none of a profile's, and why."""


def build_torchvision(profile: TorchvisionProfile, shape: DataShape) -> nn.Module:
    """The network of that name, from random weights or those of a local file; nothing is fetched.

    It gives plain logits in training too: auxiliary heads are left away. Raises
    `ModelError` for an unknown name or argument and for a file that does not
    fit, and whatever torchvision raises for an image size it cannot take.
    """
    _check_arguments(profile)
    model = _untrained(profile, shape)
    if profile.weights:
        load_pretrained(model, Path(profile.weights), profile.name)
    return model


def remedy(profile: TorchvisionProfile, shape: DataShape) -> str:
    """What to change where the network cannot be built, or cannot take the images.

    Of image sizes it names the nearest larger one that works, or else a smaller one.
    """
    if _works(profile, shape):  # on the meta device, so there was not enough memory elsewhere
        return SMALLER
    largest = max(shape.image_size)
    nearest_first = sorted(IMAGE_SIZES, key=lambda size: (size < largest, abs(size - largest)))
    for size in nearest_first:
        if _works(profile, replace(shape, image_size=(size, size))):
            return f"set data.image_size = {size}"
    if profile.arguments:
        return f"change model.arguments; {_takes(profile.name)}"
    return "set another data.image_size"


def _works(profile: TorchvisionProfile, shape: DataShape) -> bool:
    """Tried on torch's meta device, where tensors have shapes and no values."""
    try:
        with torch.device("meta"):
            output_for_zeros(_untrained(profile, shape), shape)
    except Exception:  # noqa: BLE001  # whatever it is: it does not work
        return False
    return True


def _builder(name: str) -> Callable[..., nn.Module]:
    known = models.list_models(module=models)
    if name not in known:
        near = nearest(name, known)
        raise ModelError(
            f"torchvision has no classification network named '{name}'",
            hint=f"did you mean '{near}'?" if near else "as in resnet18 or vit_b_16",
        )
    found: Callable[..., nn.Module] = models.get_model_builder(name)
    return found


def _untrained(profile: TorchvisionProfile, shape: DataShape) -> nn.Module:
    builder = _builder(profile.name)
    arguments = {**_fitting(_network_class(builder), shape), **profile.arguments}
    model = builder(weights=None, num_classes=shape.classes, **arguments)
    _adapt_first_convolution(model, shape.channels)
    return model


def _fitting(network: type[nn.Module], shape: DataShape) -> dict[str, Any]:
    """The arguments by which some networks are told what others find out by themselves."""
    height, width = shape.image_size
    if network is models.VisionTransformer:
        if height != width:
            raise ValueError("it takes square images only")
        return {"image_size": height}
    if network is models.MaxVit:
        return {"input_size": (height, width)}
    if network in (models.GoogLeNet, models.Inception3):
        # torch's own initialisation, unless the profile asks for torchvision's slower one.
        return {"aux_logits": False, "init_weights": False}
    return {}


@torch.no_grad()
def _adapt_first_convolution(model: nn.Module, channels: int) -> None:
    """Let a network for RGB images take others.

    A grey image is treated as the RGB network treats it in all three channels.
    For other channel counts the weights are drawn anew, as in torchvision's ResNets.
    """
    stem = next(module for module in model.modules() if isinstance(module, nn.Conv2d))
    if channels == stem.in_channels:
        return
    if channels == 1:
        weight = stem.weight.sum(1, keepdim=True)
    else:
        weight = stem.weight.new_empty(stem.out_channels, channels, *stem.kernel_size)
        nn.init.kaiming_normal_(weight, mode="fan_out", nonlinearity="relu")
    stem.in_channels = channels
    stem.weight = nn.Parameter(weight)


def _network_class(builder: Callable[..., nn.Module]) -> type[nn.Module]:
    found: type[nn.Module] = inspect.signature(builder).return_annotation
    return found


def _check_arguments(profile: TorchvisionProfile) -> None:
    """Here and not by calling it, since some networks swallow what they do not know."""
    known = _parameters(_builder(profile.name))
    for name in profile.arguments:
        if name in _SET_ELSEWHERE:
            raise ModelError(
                f"model.arguments.{name}: {_SET_ELSEWHERE[name]}", hint=f"remove {name}"
            )
        if name not in known:
            raise ModelError(
                f"model.arguments.{name}: {profile.name} has no such argument",
                hint=_takes(profile.name),
            )


def _parameters(builder: Callable[..., nn.Module]) -> dict[str, inspect.Parameter]:
    """Those of the network's class, which is where a builder passes its arguments on to."""
    parameters = inspect.signature(_network_class(builder)).parameters
    return {name: p for name, p in parameters.items() if p.kind is not p.VAR_KEYWORD}


def _takes(name: str) -> str:
    """The arguments that a profile can spell and that the builder does not set itself."""
    builder = _builder(name)
    plain = {
        argument: 1 if p.default is p.empty else p.default
        for argument, p in _parameters(builder).items()
        if p.annotation in (bool, int, float, str) and argument not in _SET_ELSEWHERE
    }
    accepted = [argument for argument, v in plain.items() if _accepts(builder, argument, v)]
    return f"{name} takes {listed(accepted, 'and') or 'no arguments'}"


def _accepts(builder: Callable[..., nn.Module], name: str, value: object) -> bool:
    """A builder that sets the argument itself gives it twice, which is a TypeError.

    While another exception is handled, CPython 3.11 lets it through as a KeyError.
    """
    try:
        with torch.device("meta"):
            builder(weights=None, **{name: value})
    except (TypeError, KeyError):
        return False
    except NotImplementedError:  # RegNet computes with values and cannot be built without them
        return True
    return True
