"""A network while it trains: its order in memory, and whose fault it is where one's own fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from workbench.config.callables import foreign_error
from workbench.config.model import CustomModelProfile, ModelProfile
from workbench.errors import ForwardError
from workbench.models.trial import MEND, fault_of, wanted
from workbench.training.memory import is_out_of_memory

Forward = Callable[[Tensor], Tensor]


def checked(forward: Forward, profile: ModelProfile, classes: int) -> Forward:
    """The forward pass, watched where the network is one's own.

    It raises `ForwardError` where that code raises or gives no logits, as it may
    only with certain images. Shapes are known without waiting for the device.
    """
    if not isinstance(profile, CustomModelProfile):
        return forward

    def watched(images: Tensor) -> Tensor:
        with own_code(profile):
            output = forward(images)
        if fault := fault_of(output, len(images), classes):
            raise ForwardError(
                f"{profile.callable} gave {fault}, wanted are {wanted(len(images), classes)}",
                hint=MEND,
            )
        return output

    return watched


def in_quick_order(model: nn.Module, profile: ModelProfile) -> nn.Module:
    """The model with channels last in memory, in which convolutions and batch norm are quicker.

    Activations follow the weights. A network of one's own keeps torch's order, for its
    forward may call `view`, which such activations cannot be given.
    """
    if isinstance(profile, CustomModelProfile):
        return model
    return model.to(memory_format=torch.channels_last)


@contextmanager
def own_code(profile: ModelProfile) -> Iterator[None]:
    """Where the network is one's own, whatever it raises becomes a `ForwardError` with its line.

    Memory that ran out is no fault of the code and goes through, as an interrupt does.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        if not isinstance(profile, CustomModelProfile) or is_out_of_memory(error):
            raise
        told = foreign_error(f"{profile.callable} raised", error, profile.folder)
        raise ForwardError(told.message, hint=told.hint) from error
