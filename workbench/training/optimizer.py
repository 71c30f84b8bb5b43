"""From an optimizer's profile to torch's optimizer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import SGD, Adam, AdamW, Optimizer

from workbench.config.optimizer import (
    AdamProfile,
    AdamWProfile,
    OptimizerProfile,
    SGDProfile,
)

# One line an optimizer. Its profile's fields (config/optimizer.py) bear the
# names of torch's arguments, so they pass straight through.
_OPTIMIZERS: dict[type, Callable[..., Optimizer]] = {
    AdamProfile: Adam,
    AdamWProfile: AdamW,
    SGDProfile: SGD,
}


def build_optimizer(profile: OptimizerProfile, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """An optimizer over all parameters in one group, batch norm and biases included.

    Where torch can, it is a fused one, which updates all parameters in one pass; it can't
    for complex numbers, and for shapes without numbers.
    """
    arguments: dict[str, Any] = profile.model_dump(exclude={"kind"})
    given = [*parameters]
    fused = all(each.is_floating_point() and each.device.type != "meta" for each in given)
    return _OPTIMIZERS[type(profile)](given, **arguments, fused=fused)


def keep_on_device(optimizer: Optimizer, device: torch.device) -> None:
    """Have it read its learning rate and count its steps there, as a recorded step must."""
    for group in optimizer.param_groups:
        group["lr"] = torch.tensor(group["lr"], device=device)
        if "capturable" in group:
            group["capturable"] = True


def set_learning_rate(optimizer: Optimizer, lr: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr
