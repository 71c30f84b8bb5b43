"""A network tried on two images before anything is trained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from workbench.config.wording import printable, shortened
from workbench.errors import ModelError
from workbench.models.shape import DataShape

_MESSAGE_LENGTH = 200
"""Characters of torch's message that are repeated."""

SMALLER = "take a smaller network or a smaller data.image_size"
"""What to do where there was not enough memory."""

MEND = "return one floating point number per image and class, computed from the parameters"
"""What to do where a network gives something else than logits."""


@torch.no_grad()
def output_for_zeros(model: nn.Module, shape: DataShape) -> object:
    """What the network gives in eval mode for two zero images.

    Lazy layers get, and draw, their weights; else all is left `unchanged`.
    Raises whatever the network raises.
    """
    with unchanged(model):
        output: object = model.eval()(_two_images(model, shape))
    return output


@torch.no_grad()
def check_evaluation(model: nn.Module, name: str, shape: DataShape) -> None:
    """Raise `ModelError` unless it gives one logit per image and class in eval mode."""
    _check(output_for_zeros(model, shape), f"{name} gives", shape)


@torch.enable_grad()
def check_training(model: nn.Module, name: str, shape: DataShape) -> None:
    """The same in train mode, where some networks give more, or logits without a gradient."""
    with unchanged(model):
        output: object = model.train()(_two_images(model, shape))
    _check(output, f"{name} in train mode gives", shape)


def _two_images(model: nn.Module, shape: DataShape) -> Tensor:
    device = next((p.device for p in model.parameters()), None)
    return torch.zeros(2, shape.channels, *shape.image_size, device=device)


@contextmanager
def unchanged(model: nn.Module) -> Iterator[None]:
    """Its modules' modes, its buffers and torch's random state are afterwards as before.

    But for lazy layers: weights that they drew must not be drawn again by what comes next.
    """
    lazy = any(map(is_lazy, model.parameters()))
    buffers = [_Buffer(name, b) for name, b in model.named_buffers() if not is_lazy(b)]
    gpus = {p.device for p in model.parameters() if p.device.type == "cuda"}
    modes = [(module, module.training) for module in model.modules()]
    try:
        with torch.random.fork_rng(devices=gpus, enabled=not lazy):
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        for buffer in buffers:
            buffer.restore(model)


class _Buffer:
    """A buffer as it was: a forward may write into it, or put another one there."""

    def __init__(self, name: str, buffer: Tensor) -> None:
        self._name = name
        self._buffer = buffer
        self._values = buffer.clone()

    @torch.no_grad()
    def restore(self, model: nn.Module) -> None:
        module, _, attribute = self._name.rpartition(".")
        setattr(model.get_submodule(module), attribute, self._restored())

    def _restored(self) -> Tensor:
        if self._buffer.requires_grad:  # what it was computed from goes with it
            return self._values
        # Unchanged, and perhaps not to be written to: one value may stand for many (expand).
        # Batch norm writes past torch's count of versions, so the values are what tells.
        if self._buffer.is_meta or self._buffer.equal(self._values):
            return self._buffer
        return self._buffer.copy_(self._values)


def _check(output: object, gives: str, shape: DataShape) -> None:
    if fault := fault_of(output, 2, shape.classes):
        raise ModelError(
            f"{gives} {fault} for two images, wanted are {wanted(2, shape.classes)}", hint=MEND
        )


def fault_of(output: object, images: int, classes: int) -> str:
    """What a network gave instead of logits, in words; empty where they are as `wanted`.

    Where torch records gradients, logits must have one.
    """
    if not isinstance(output, Tensor):
        return f"something of type {type(output).__name__}"
    if tuple(output.shape) != (images, classes):
        return f"a tensor of shape {tuple(output.shape)}"
    if not output.is_floating_point():
        return f"whole numbers ({str(output.dtype).removeprefix('torch.')})"
    if torch.is_grad_enabled() and not output.requires_grad:
        return "logits without a gradient"
    return ""


def wanted(images: int, classes: int) -> str:
    return f"logits of shape ({images}, {classes})"


def brief(error: BaseException) -> str:
    """A foreign error on one line and bounded in length."""
    words = shortened(printable(" ".join(str(error).split())), _MESSAGE_LENGTH)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
