"""Loss, top-5 accuracy and confusion table of a model on a set."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from workbench.analysis.confusion import per_class_accuracy
from workbench.data.batches import Batch

TOP = 5
"""With no more classes than this every answer is among the first five."""


@dataclass(frozen=True)
class Evaluation:
    """What a model makes of a set of images."""

    loss: float
    """Mean cross-entropy over the samples."""
    confusion: NDArray[np.int64]
    """(classes, classes) counts: row the true class, column the predicted one."""
    top5_accuracy: float = float("nan")
    """Fraction of the samples whose class has one of the five largest logits; NaN for an
    empty set and where there are no more than five classes."""

    @property
    def samples(self) -> int:
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Fraction of the samples, NaN for an empty set."""
        return float(np.trace(self.confusion) / self.samples) if self.samples else float("nan")

    @property
    def per_class_accuracy(self) -> NDArray[np.float64]:
        """Fraction of each class's samples that are right (recall), NaN for one without any."""
        return per_class_accuracy(self.confusion)

    def metrics(self, split: str) -> dict[str, float]:
        """`<split>/loss` and `<split>/accuracy`; `<split>/top5_accuracy` of more than 5 classes."""
        values = {"loss": self.loss, "accuracy": self.accuracy}
        if len(self.confusion) > TOP:
            values["top5_accuracy"] = self.top5_accuracy
        return {f"{split}/{name}": value for name, value in values.items()}


def nothing() -> None:
    """Nothing is to be done between two batches."""


def evaluate(
    forward: Callable[[Tensor], Tensor],
    batches: Iterable[Batch],
    classes: int,
    between: Callable[[], None] = nothing,
) -> Evaluation:
    """Losses and counts stay on the device until all batches are done.

    The caller sets eval mode, no_grad and precision. `between` two batches may
    break it off by an exception.
    """
    losses: list[Tensor] = []
    cells: list[Tensor] = []
    top5: list[Tensor] = []
    for batch in batches:
        if cells:
            between()
        logits = forward(batch.images).float()
        losses.append(F.cross_entropy(logits, batch.labels, reduction="sum").double())
        cells.append(batch.labels * classes + logits.argmax(1))
        if classes > TOP:
            top5.append((logits.topk(TOP).indices == batch.labels[:, None]).sum())
    if not cells:
        return Evaluation(float("nan"), np.zeros((classes, classes), np.int64))
    counts = torch.bincount(torch.cat(cells), minlength=classes * classes)
    confusion = counts.reshape(classes, classes).cpu().numpy()
    samples = int(confusion.sum())
    return Evaluation(
        loss=float(torch.stack(losses).sum()) / samples,
        confusion=confusion,
        top5_accuracy=float(torch.stack(top5).sum()) / samples if top5 else float("nan"),
    )
