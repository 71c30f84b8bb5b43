"""An epoch that leaves one image by itself, for models that cannot train on one."""

from __future__ import annotations

import torch

from workbench.config.training import TrainingProfile
from workbench.errors import ModelError
from workbench.models.trial import brief, unchanged
from workbench.training.learner import Learner
from workbench.training.parts import smallest_part


def check_single_images(learner: Learner) -> None:
    """Raises `ModelError` where the training would fail at an image that is computed alone.

    Batch norm over 1x1 maps has one value per channel then, and no variance. A
    left-over image is neither dropped nor added to the batch before it: that
    would change what a recipe trains. Where one occurs it is tried, since the
    same model takes it where its maps are larger.
    """
    training = learner.profile.training
    samples = len(learner.dataset.train) * learner.profile.data.copies
    if smallest_part(samples, training) > 1:
        return
    try:
        _try_one_image(learner)
    except (Exception, SystemExit) as error:
        raise ModelError(
            f"{_cause(training, samples)}, which this model cannot train on: {brief(error)}",
            hint=_remedy(training, samples),
        ) from error


@torch.no_grad()
def _try_one_image(learner: Learner) -> None:
    """Its loss in training mode."""
    data = learner.dataset
    image = torch.zeros(1, data.channels, *data.image_size, device=learner.device)
    label = torch.zeros(1, dtype=torch.int64, device=learner.device)
    with unchanged(learner.model):
        learner.loss(learner.model(image).float(), label, label)


def _cause(training: TrainingProfile, samples: int) -> str:
    size = f"training.batch_size = {training.batch_size}"
    if training.gradient_accumulation == 1:
        return f"{size} leaves one of an epoch's {samples:,} images by itself"
    return (
        f"training.gradient_accumulation = {training.gradient_accumulation} with {size}"
        " leaves an image by itself"
    )


def _remedy(training: TrainingProfile, samples: int) -> str:
    """The next fewer parts, or else the next larger batches, that leave no image by itself."""

    def works(**changed: int) -> bool:
        return smallest_part(samples, training.model_copy(update=changed)) > 1

    for parts in range(training.gradient_accumulation - 1, 0, -1):
        if works(gradient_accumulation=parts):
            return f"set training.gradient_accumulation = {parts}, the largest that works"
    for size in range(training.batch_size + 1, samples + 1):
        if works(batch_size=size):
            return f"set training.batch_size = {size}, or another that leaves none or more than one"
    if samples > 1:
        return f"set training.batch_size = {samples} and training.gradient_accumulation = 1"
    return "give it more than one training image"
