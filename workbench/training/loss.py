"""The training loss: cross-entropy with label smoothing and class weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from workbench.config.training import TrainingProfile
from workbench.config.wording import counted, listed, shortened
from workbench.errors import DataError


class TrainingLoss:
    """Weighted mean cross-entropy of a batch, computed whole or in parts.

    Logits are float32 (n, classes); targets int64 labels (n,) or float32 shares
    (n, classes), as of mixed images. A sample weighs what its class weighs, a
    mixed one the mean of its classes' weights by share, and the mean divides by
    the sum of these. (torch divides by n where targets are shares, so that
    labels and one-hot shares would differ.) Smoothing spreads
    `label_smoothing` of each label evenly over all classes (Szegedy et al.
    2015), each class's term times that class's weight.
    """

    def __init__(self, label_smoothing: float, class_weights: Tensor | None) -> None:
        self._label_smoothing = label_smoothing
        self._class_weights = class_weights

    def __call__(self, logits: Tensor, targets: Tensor, batch_targets: Tensor) -> Tensor:
        """What some samples add to the loss of a batch that has `batch_targets`.

        0-dimensional; 0 where all its classes are too light for float32.
        """
        weights, smoothing = self._class_weights, self._label_smoothing
        if weights is None:
            loss = F.cross_entropy(logits, targets, label_smoothing=smoothing)
            return loss * (len(targets) / len(batch_targets))
        loss = F.cross_entropy(logits, targets, weights, reduction="sum", label_smoothing=smoothing)
        total = _summed_weights(batch_targets, weights)
        return loss * torch.where(total > 0, 1 / total, 0)


def _summed_weights(targets: Tensor, weights: Tensor) -> Tensor:
    of_samples = targets @ weights if targets.is_floating_point() else weights[targets]
    return of_samples.sum()


def training_loss(
    profile: TrainingProfile, labels: Tensor, classes: Sequence[str], device: torch.device
) -> TrainingLoss:
    """The loss that a profile wants; `labels` are the training part's.

    Raises `DataError` where the class weights are not one for each class.
    """
    weights = _class_weights(profile, labels, classes)
    if weights is not None:
        # A mean knows no scale: any finite weights fit into float32 this way.
        weights = (weights / weights.max()).float().to(device)
    return TrainingLoss(profile.label_smoothing, weights)


def _class_weights(
    profile: TrainingProfile, labels: Tensor, classes: Sequence[str]
) -> Tensor | None:
    if profile.class_weights == "none":
        return None
    if profile.class_weights == "balanced":
        return balanced_weights(labels, len(classes))
    if len(profile.class_weights) != len(classes):
        raise DataError(
            f"training.class_weights has {counted(len(profile.class_weights), 'number')},"
            f" the data has {len(classes)} classes",
            hint=f"give one for each of {shortened(listed(classes, 'and'), 200)}, in this order",
        )
    return torch.tensor(profile.class_weights, dtype=torch.float64)


def balanced_weights(labels: Tensor, classes: int) -> Tensor:
    """float64 (classes,): images / (classes * images of the class).

    With them all classes that have images sum to the same weight, and the mean
    sample weighs 1 where every class has some. A class without an image weighs
    nothing: no label names it, and smoothing gives it nothing to learn from.
    """
    counts = torch.bincount(labels, minlength=classes).double()
    return torch.where(counts > 0, len(labels) / (classes * counts), 0.0)
