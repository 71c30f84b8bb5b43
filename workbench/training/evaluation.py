"""Loss and confusion table of a model on a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from workbench.data.batches import Batch


@dataclass(frozen=True)
class Evaluation:
    """What a model makes of a set of images."""

    loss: float
    """Mean cross-entropy over the samples."""
    confusion: NDArray[np.int64]
    """(classes, classes) counts: row the true class, column the predicted one."""

    @property
    def samples(self) -> int:
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Fraction of the samples, NaN for an empty set."""
        return float(np.trace(self.confusion) / self.samples) if self.samples else float("nan")

    def metrics(self, split: str) -> dict[str, float]:
        """By name: `<split>/loss` and `<split>/accuracy`."""
        return {f"{split}/loss": self.loss, f"{split}/accuracy": self.accuracy}


def evaluate(
    forward: Callable[[Tensor], Tensor], batches: Iterable[Batch], classes: int
) -> Evaluation:
    """Losses and counts stay on the device until all batches are done.

    The caller sets eval mode, no_grad and precision.
    """
    losses: list[Tensor] = []
    cells: list[Tensor] = []
    for batch in batches:
        logits = forward(batch.images).float()
        losses.append(F.cross_entropy(logits, batch.labels, reduction="sum").double())
        cells.append(batch.labels * classes + logits.argmax(1))
    if not cells:
        return Evaluation(float("nan"), np.zeros((classes, classes), np.int64))
    counts = torch.bincount(torch.cat(cells), minlength=classes * classes)
    confusion = counts.reshape(classes, classes).cpu().numpy()
    return Evaluation(float(torch.stack(losses).sum()) / int(confusion.sum()), confusion)
