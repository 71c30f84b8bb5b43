"""An epoch that leaves one image by itself, for models that cannot train on one."""

from __future__ import annotations

import torch

from workbench.config.training import TrainingProfile
from workbench.errors import ModelError
from workbench.models.trial import brief
from workbench.training.learner import Learner
from workbench.training.parts import smallest_part
from workbench.training.snapshot import random_state, set_random_state


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
    except Exception as error:
        parts = training.gradient_accumulation
        raise ModelError(
            f"training.batch_size = {training.batch_size}{f' in {parts} parts' * (parts > 1)}"
            f" leaves one of an epoch's {samples:,} images by itself, which this model cannot"
            f" train on: {brief(error)}",
            hint=_remedy(training, samples),
        ) from error


@torch.no_grad()
def _try_one_image(learner: Learner) -> None:
    """Its loss in training mode; batch norm's statistics and random draws end as they began."""
    before = {name: buffer.clone() for name, buffer in learner.model.named_buffers()}
    drawn = random_state(learner.device)
    data = learner.dataset
    image = torch.zeros(1, data.channels, *data.image_size, device=learner.device)
    label = torch.zeros(1, dtype=torch.int64, device=learner.device)
    try:
        learner.loss(learner.model(image).float(), label, label)
    finally:
        for name, buffer in before.items():
            learner.model.get_buffer(name).copy_(buffer)
        set_random_state(drawn, learner.device)


def _remedy(training: TrainingProfile, samples: int) -> str:
    """The next larger batch size that leaves no image by itself."""
    for size in range(training.batch_size + 1, samples + 1):
        if smallest_part(samples, training.model_copy(update={"batch_size": size})) > 1:
            return f"set training.batch_size = {size}, or another that leaves none or more than one"
    return "give it more training images in each step"
