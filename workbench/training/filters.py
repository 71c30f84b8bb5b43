"""The first convolution's weights, which people watch change as a network learns to see."""

from __future__ import annotations

from torch import nn

from workbench.events import FiltersChanged
from workbench.models.registry import first_convolution


def first_filters(model: nn.Module, epoch: int, step: int) -> FiltersChanged | None:
    """The filters after `step` steps; None for a model without a convolution."""
    found = first_convolution(model)
    if found is None:
        return None
    layer, convolution = found
    weights = convolution.weight.detach().float().cpu()
    return FiltersChanged(epoch, step, layer, tuple(weights.shape), weights.flatten().tolist())
