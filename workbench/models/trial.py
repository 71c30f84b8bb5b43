"""A network tried on two images before anything is trained."""

from __future__ import annotations

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


@torch.no_grad()
def output_for_zeros(model: nn.Module, shape: DataShape) -> object:
    """What the network gives in eval mode for two zero images.

    Afterwards its mode and buffers and torch's random state are as before,
    except that lazy layers have got, and drawn, their weights. Raises whatever
    the network raises.
    """
    lazy = any(map(is_lazy, model.parameters()))
    buffers = {name: b.clone() for name, b in model.named_buffers() if not is_lazy(b)}
    device = next((p.device for p in model.parameters()), None)
    images = torch.zeros(2, shape.channels, *shape.image_size, device=device)
    was_training = model.training
    model.eval()
    # Weights that were drawn must not be drawn again by what comes next.
    with torch.random.fork_rng(devices=[], enabled=not lazy):
        output: object = model(images)
    model.train(was_training)
    for name, before in buffers.items():
        model.get_buffer(name).copy_(before)
    return output


def check_output(output: object, name: str, shape: DataShape) -> None:
    """Raise `ModelError` unless a trial gave one logit per image and class."""
    if not isinstance(output, Tensor):
        found = f"something of type {type(output).__name__}"
    elif tuple(output.shape) != (2, shape.classes):
        found = f"a tensor of shape {tuple(output.shape)}"
    elif not output.is_floating_point():
        found = f"whole numbers ({str(output.dtype).removeprefix('torch.')})"
    else:
        return
    raise ModelError(
        f"{name} gives {found} for two images, wanted are logits of shape (2, {shape.classes})",
        hint="return one floating point number per image and class",
    )


def brief(error: BaseException) -> str:
    """A foreign error on one line and bounded in length."""
    words = shortened(printable(" ".join(str(error).split())), _MESSAGE_LENGTH)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
