"""The steps since the last flush, whose losses are still on the device."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from workbench.training.learner import StepResult

FLUSH_SECONDS = 1.0
"""A flush waits for the device; one a second costs nothing and is what a person sees as live."""


@dataclass(frozen=True)
class StepColumns:
    """Steps on the host, as columns of equal length."""

    columns: dict[str, list[float]]
    images: list[int]
    """Images of each step."""

    @property
    def first_non_finite(self) -> int | None:
        """Index of the first step whose loss is NaN or infinite."""
        losses = self.columns["loss"]
        return next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), None)

    def add_losses(self, total: float) -> float:
        """`total` plus each step's loss times its images, added one by one.

        Floating-point sums depend on their order, so the caller's total goes in
        rather than this part's sum coming out.
        """
        for loss, images in zip(self.columns["loss"], self.images, strict=True):
            total += loss * images
        return total

    @property
    def correct(self) -> int:
        pairs = zip(self.columns["accuracy"], self.images, strict=True)
        return sum(round(accuracy * images) for accuracy, images in pairs)


class StepBuffer:
    """Collects each step's results without waiting for the device."""

    def __init__(self) -> None:
        self._rows: list[tuple[Tensor, ...]] = []
        self._lr: list[float] = []
        self._images: list[int] = []
        self._flushed = time.monotonic()

    def add(self, step: StepResult) -> None:
        row = (step.loss, step.correct)
        self._rows.append(row if step.grad_norm is None else (*row, step.grad_norm))
        self._lr.append(step.lr)
        self._images.append(step.images)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_due(self) -> bool:
        return time.monotonic() - self._flushed >= FLUSH_SECONDS

    def flush(self) -> StepColumns:
        """Fetch everything in one transfer and start anew.

        All steps of one buffer have the same columns: it is flushed at an
        epoch's end, and clipping changes between epochs only.
        """
        fetched = [torch.stack(column).double() for column in zip(*self._rows, strict=True)]
        loss, correct, *grad_norm = torch.stack(fetched).tolist()
        columns = {
            "loss": loss,
            "accuracy": [c / n for c, n in zip(correct, self._images, strict=True)],
            "lr": self._lr,
        }
        if grad_norm:
            columns["grad_norm"] = grad_norm[0]
        result = StepColumns(columns, self._images)
        self._rows, self._lr, self._images = [], [], []
        self._flushed = time.monotonic()
        return result
