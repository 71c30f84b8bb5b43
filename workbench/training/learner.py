"""A model with its optimizer and data: one training step, one evaluation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

from workbench.config.profile import RunProfile
from workbench.data.batches import Batch, TrainBatches, evaluation_batches
from workbench.data.dataset import Dataset
from workbench.models.registry import DataShape, build_model
from workbench.training.evaluation import Evaluation, evaluate
from workbench.training.hardware import Hardware
from workbench.training.optimizer import build_optimizer, set_learning_rate

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class StepResult:
    """One step's results, still on the device (0-dimensional tensors)."""

    loss: Tensor
    """The batch's mean cross-entropy before the update."""
    correct: Tensor
    """Right answers in the batch."""
    grad_norm: Tensor | None
    """Global gradient norm before clipping; None in a step that doesn't clip."""
    images: int


class Learner:
    """Builds model, optimizer and batches from a profile.

    Seeds torch's global generator, which draws the initial weights. Raises
    `ModelError` where the model cannot take the data.
    """

    def __init__(self, profile: RunProfile, dataset: Dataset, hardware: Hardware) -> None:
        torch.manual_seed(profile.seed)
        self.dataset = dataset
        self.hardware = hardware
        self.device = torch.device(hardware.device)
        self.eval_batch_size = profile.training.eval_batch_size
        shape = DataShape(dataset.channels, dataset.image_size, len(dataset.classes))
        self.model = build_model(profile.model, shape).to(self.device)
        self.optimizer = build_optimizer(profile.optimizer, self.model.parameters())
        self.batches = TrainBatches(
            dataset.train,
            profile.data,
            seed=profile.seed,
            batch_size=profile.training.batch_size,
            mean=dataset.mean,
            std=dataset.std,
            device=self.device,
        )
        # Parameters and state come from the model itself: the compiled form
        # shares them under other names.
        self._forward: Callable[[Tensor], Tensor] = self.model
        if hardware.compile:
            self._forward = torch.compile(self.model)

    def begin_epoch(self, lr: float) -> None:
        self.model.train()
        set_learning_rate(self.optimizer, lr)

    def step(self, batch: Batch, clip_norm: float) -> StepResult:
        """Forward, backward, update; nothing here waits for the device. `clip_norm` 0 is off."""
        self.optimizer.zero_grad(set_to_none=True)
        with self._precision():
            logits = self._forward(batch.images)
        loss = F.cross_entropy(logits.float(), batch.targets)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        # Before the optimizer adds its decay, as in the report's code.
        norm = clip_grad_norm_(self.model.parameters(), clip_norm) if clip_norm else None
        self.optimizer.step()
        correct = (logits.detach().argmax(1) == batch.labels).sum()
        return StepResult(loss.detach(), correct, norm, len(batch.labels))

    @property
    def monitored_split(self) -> Split:
        """What is evaluated each epoch: the held-out part, or the test set where there is none."""
        return "val" if len(self.dataset.validation.labels) else "test"

    def evaluate(self, split: Split) -> Evaluation:
        """Evaluate the model as it is, on images without augmentation."""
        data = self.dataset
        images = {"train": data.train, "val": data.validation, "test": data.test}[split]
        is_test = split == "test"
        batches = evaluation_batches(
            images,
            batch_size=self.eval_batch_size,
            mean=data.test_mean if is_test else data.mean,
            std=data.test_std if is_test else data.std,
            device=self.device,
        )
        was_training = self.model.training
        self.model.eval()
        try:
            with torch.no_grad(), self._precision():
                return evaluate(self._forward, batches, len(data.classes))
        finally:
            self.model.train(was_training)

    def weights(self) -> dict[str, Tensor]:
        """Parameters and buffers, live."""
        state: dict[str, Tensor] = self.model.state_dict()
        return state

    def _precision(self) -> AbstractContextManager[object]:
        if self.hardware.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)
