"""An exponential moving average of a model's weights, which is often better than any of them.

Polyak and Juditsky 1992; in its exponential form as in Szegedy et al. 2015.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class WeightAverage:
    """The average of one model's floating-point parameters and buffers.

    Integer buffers, such as batch norm's count of batches, cannot be averaged, nor
    can masks with infinite values: with the average go the live ones.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """Begins at the model's weights, on their device."""
        self._decay = decay
        self._places = _places(model)
        self._average = {name: weight.detach().clone() for name, weight in self._live().items()}

    def update(self, step: int) -> None:
        """Move towards the model's weights after step `step` (from 0).

        Early on the average forgets faster, so that the initial weights don't linger.
        """
        decay = min(self._decay, (1 + step) / (10 + step))
        mean = get_ema_multi_avg_fn(decay)  # type: ignore[no-untyped-call]  # torch leaves it so
        mean([*self._average.values()], [*self._live().values()], step)

    def weights(self) -> dict[str, Tensor]:
        """The averages by name, live; of weights that share their memory under the first name."""
        return self._average

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Go on from these averages."""
        for name, average in self._average.items():
            average.copy_(weights[name])

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The model holds the average for a while, and its own weights again after it."""
        self._exchange()
        try:
            yield
        finally:
            self._exchange()

    @torch.no_grad()
    def _exchange(self) -> None:
        """In place: a compiled model and the optimizer keep the tensors that they know."""
        for live, average in zip(self._live().values(), self._average.values(), strict=True):
            kept = live.clone()
            live.copy_(average)
            average.copy_(kept)

    def _live(self) -> dict[str, Tensor]:
        return {
            name: getattr(module, attribute) for name, (module, attribute) in self._places.items()
        }


def _places(model: nn.Module) -> dict[str, tuple[nn.Module, str]]:
    """Module and attribute of each weight to average: one place where several share their memory.

    Found once, since asking for `state_dict()` takes a millisecond. The tensors
    themselves may be replaced: some forwards assign a new one to a buffer.
    """
    places, seen = {}, set()
    for name, weight in model.state_dict().items():
        memory = (weight.data_ptr(), weight.numel())
        if _has_mean(weight) and memory not in seen:
            seen.add(memory)
            module, _, attribute = name.rpartition(".")
            places[name] = (model.get_submodule(module), attribute)
    return places


def _has_mean(weight: Tensor) -> bool:
    return weight.is_floating_point() and bool(weight.isfinite().all())
