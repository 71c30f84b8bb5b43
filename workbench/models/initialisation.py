"""How the weights of convolutions and linear layers begin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import torch
from torch import nn

from workbench.config.model import Activation, Initialisation

_NEGATIVE_SLOPE = 0.01
"""Of torch's leaky ReLU."""

_Fill = Callable[[nn.Conv2d | nn.Linear, Activation], object]


@torch.no_grad()
def initialise(
    model: nn.Module,
    initialisation: Initialisation,
    activation: Activation,
    *,
    auto: Initialisation,
) -> None:
    """Draw all weights anew by the named function of torch.nn.init, and set biases to 0.

    `auto` is what "auto" stands for in this network. "default" leaves weights
    and biases as torch's layers drew them; batch norm keeps torch's 1 and 0
    always.
    """
    name = auto if initialisation == "auto" else initialisation
    if name == "default":
        return
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            _FILLS[name](module, activation)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _nonlinearity(
    activation: Activation,
) -> Literal["relu", "leaky_relu", "tanh", "sigmoid"]:
    """What torch calls the activation where it knows its gain; the others are kin to ReLU."""
    match activation:
        case "leaky_relu" | "tanh" | "sigmoid":
            return activation
        case _:
            return "relu"


def _mode(module: nn.Module) -> Literal["fan_in", "fan_out"]:
    """As He et al.'s networks are commonly begun: convolutions fan out, linear layers fan in."""
    return "fan_out" if isinstance(module, nn.Conv2d) else "fan_in"


def _kaiming_normal(module: nn.Conv2d | nn.Linear, activation: Activation) -> None:
    nn.init.kaiming_normal_(
        module.weight, _NEGATIVE_SLOPE, _mode(module), _nonlinearity(activation)
    )


def _kaiming_uniform(module: nn.Conv2d | nn.Linear, activation: Activation) -> None:
    nn.init.kaiming_uniform_(
        module.weight, _NEGATIVE_SLOPE, _mode(module), _nonlinearity(activation)
    )


def _orthogonal(module: nn.Conv2d | nn.Linear, activation: Activation) -> None:
    gain = nn.init.calculate_gain(_nonlinearity(activation), _NEGATIVE_SLOPE)
    nn.init.orthogonal_(module.weight, gain)


# He et al. (2015) and Saxe et al. (2014) scale by the activation's gain. Glorot
# and Bengio's formula (2010) has none: so "auto", where it stands for one of
# theirs, is the very same as naming it.
_FILLS: dict[Initialisation, _Fill] = {
    "kaiming_normal": _kaiming_normal,
    "kaiming_uniform": _kaiming_uniform,
    "xavier_normal": lambda module, _: nn.init.xavier_normal_(module.weight),
    "xavier_uniform": lambda module, _: nn.init.xavier_uniform_(module.weight),
    "orthogonal": _orthogonal,
}
