"""An optimizer's memory taken over from a checkpoint, which may be anybody's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from workbench.config.optimizer import OptimizerProfile
from workbench.errors import CheckpointError
from workbench.training.optimizer import build_optimizer

State = Mapping[int, Mapping[str, Tensor | None]]
"""By the number of a parameter, and by name."""

_MAY_BE_NONE = {"momentum_buffer"}
"""SGD begins it with the first gradient."""


def load_state(
    optimizer: Optimizer, profile: OptimizerProfile, parameters: list[nn.Parameter], state: State
) -> None:
    """Give the optimizer a copy of this memory; its options stay the profile's.

    What another option had it remember is left out. Raises `CheckpointError`
    where it is no memory of these parameters.
    """
    known = _after_a_step(profile, parameters)
    if state.keys() - range(len(parameters)):
        raise _does_not_fit("it has more parameters than the model")
    for number, remembered in state.items():
        if remembered:
            _check(known.get(number, {}), remembered, number)
    optimizer.load_state_dict(
        {
            "state": {
                # torch keeps the tensors that it is given, and updates them in place.
                number: {name: _copy(remembered[name]) for name in names if name in remembered}
                for number, remembered in state.items()
                if (names := known.get(number))
            },
            # Of the profile, which may have been changed by force.
            "param_groups": optimizer.state_dict()["param_groups"],
        }
    )


def _after_a_step(
    profile: OptimizerProfile, parameters: list[nn.Parameter]
) -> Mapping[int, Mapping[str, Tensor]]:
    """What such an optimizer remembers, in shapes alone: on the device meta nothing is computed."""
    shapes = [
        nn.Parameter(torch.empty_like(each, device="meta"), each.requires_grad)
        for each in parameters
    ]
    for shape in shapes:
        shape.grad = torch.empty_like(shape) if shape.requires_grad else None
    optimizer = build_optimizer(profile, shapes)
    optimizer.step()
    state: dict[int, dict[str, Any]] = optimizer.state_dict()["state"]
    return state


def _check(
    known: Mapping[str, Tensor], remembered: Mapping[str, Tensor | None], number: int
) -> None:
    for name, wanted in known.items():
        given = remembered.get(name)
        if given is None:
            if name not in _MAY_BE_NONE:
                raise _does_not_fit(f"parameter {number} has no {name}")
        elif (given.shape, given.is_floating_point()) != (wanted.shape, wanted.is_floating_point()):
            raise _does_not_fit(f"{name} of parameter {number} is {_kind(given)}")
        elif name == "step" and not 0 <= given.item() < math.inf:
            raise _does_not_fit(f"parameter {number} was updated {given.item():g} times")


def _kind(tensor: Tensor) -> str:
    return f"{(*tensor.shape,)} of {str(tensor.dtype).removeprefix('torch.')}"


def _copy(tensor: Tensor | None) -> Tensor | None:
    return None if tensor is None else tensor.clone()


def _does_not_fit(what: str) -> CheckpointError:
    return CheckpointError(
        f"the checkpoint's optimizer does not fit the model: {what}",
        hint="restore the model, or start a new run",
    )
