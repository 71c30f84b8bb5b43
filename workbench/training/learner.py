"""A model with its optimizer and data: one training step, one evaluation."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import reduce
from typing import Literal

import torch
from torch import Tensor
from torch.nn.utils import clip_grad_norm_

from workbench.config.model import CustomModelProfile
from workbench.config.profile import RunProfile
from workbench.data.batches import Batch, TrainBatches, evaluation_batches
from workbench.data.dataset import Dataset
from workbench.models.registry import build_model, without_weights
from workbench.models.shape import DataShape
from workbench.training.averaging import WeightAverage
from workbench.training.compiling import compiled, decided, work_of
from workbench.training.cuda_graphs import Compute, GraphedSteps, Results, computed
from workbench.training.evaluation import Evaluation, evaluate, nothing
from workbench.training.hardware import Hardware
from workbench.training.loss import training_loss
from workbench.training.memory import memory_errors
from workbench.training.optimizer import build_optimizer, keep_on_device, set_learning_rate
from workbench.training.own_network import Forward, checked, in_quick_order, own_code
from workbench.training.parts import largest_part, part_sizes, parts_of
from workbench.training.random_state import seed_generators
from workbench.training.schedule import Moment, learning_rate, warmup_epochs

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class StepResult:
    """One step's results, still on the device (0-dimensional tensors)."""

    loss: Tensor
    """The whole batch's, before the update; with class weights and smoothing where they are on."""
    correct: Tensor
    """Right answers in the batch."""
    grad_norm: Tensor | None
    """Global gradient norm before clipping; None in a step that doesn't clip."""
    lr: float
    images: int


class Learner:
    """Builds model, optimizer, loss and batches from a profile.

    Seeds the global generators: torch's draws the initial weights. Raises
    `ModelError` where the model cannot take the data, `DataError` where the
    class weights don't fit it, `DeviceMemoryError` where there is no room.
    """

    def __init__(self, profile: RunProfile, dataset: Dataset, hardware: Hardware) -> None:
        seed_generators(profile.seed)
        self.profile = profile
        self.dataset = dataset
        self.device = torch.device(hardware.device)
        training = profile.training
        shape = DataShape(dataset.channels, dataset.image_size, len(dataset.classes))
        model = build_model(profile.model, shape)
        self.loss = training_loss(training, dataset.train.labels, dataset.classes, self.device)
        with memory_errors(self.device, lambda: "for the weights", "choose another --device"):
            self.model = in_quick_order(model, profile.model).to(self.device).train()
            self.average = WeightAverage(model, training.ema_decay) if training.ema_decay else None
        self.optimizer = build_optimizer(profile.optimizer, self.model.parameters())
        self.batches = TrainBatches(
            dataset.train,
            profile.data,
            classes=len(dataset.classes),
            seed=profile.seed,
            batch_size=training.batch_size,
            mean=dataset.mean,
            std=dataset.std,
            device=self.device,
        )
        self.hardware = hardware if hardware.compile is not None else self._decided(hardware)
        self._compute: Compute = computed
        is_own = isinstance(profile.model, CustomModelProfile)  # may wait for the device
        if self.hardware.compile and self.device.type == "cuda" and not is_own:
            keep_on_device(self.optimizer, self.device)
            self._compute = GraphedSteps(self.device, training.batch_size)
        # Parameters and state come from the model itself: the compiled form
        # shares them under other names.
        forward: Forward = self.model
        if self.hardware.compile:
            forward = compiled(self.model, part_sizes(training))
        self._train_forward = checked(forward, profile.model, shape.classes)
        self._forward = checked(self.model, profile.model, shape.classes)

    def step(self, batch: Batch, step: int) -> StepResult:
        """Train step `step` (from 0) of the run; nothing here waits for the device."""
        lr = self.learning_rate(step)
        set_learning_rate(self.optimizer, lr)
        update = self._clipped_update if self._clips(step) else self._update
        loss, correct, *norm = self._compute(update, batch)
        if self.average is not None:
            self.average.update(step)
        return StepResult(loss, correct, norm[0] if norm else None, lr, len(batch.labels))

    def _update(self, batch: Batch) -> Results:
        """Loss and right answers, with the model before the update."""
        self.optimizer.zero_grad(set_to_none=True)
        results = self._gradient(batch)
        self.optimizer.step()
        return results

    def _clipped_update(self, batch: Batch) -> Results:
        """Also the gradient's norm before it was clipped."""
        self.optimizer.zero_grad(set_to_none=True)
        results = self._gradient(batch)
        # Before the optimizer adds its decay, as in the report's code.
        norm = clip_grad_norm_(self.model.parameters(), self.profile.training.clip_norm)
        self.optimizer.step()
        return (*results, norm)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run, unless it ends early."""
        training = self.profile.training
        steps = training.epochs * self.batches.steps_per_epoch
        return min(steps, training.max_steps or steps)

    def _decided(self, hardware: Hardware) -> Hardware:
        """With the choice whether to compile, which depends on what the run computes."""
        trial = torch.zeros(2, *self.dataset.train.shape, device=self.device)
        steps = self.total_steps
        images = steps * self.profile.training.batch_size
        with own_code(self.profile.model):
            return decided(hardware, work_of(self.model, trial, images, steps))

    def learning_rate(self, step: int) -> float:
        """Of one step, counted from 0 over the whole run."""
        return learning_rate(self.profile.schedule, self.profile.optimizer.lr, self._moment(step))

    def _moment(self, step: int) -> Moment:
        return Moment(step, self.batches.steps_per_epoch, self.profile.training.epochs)

    def _gradient(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Add the batch's gradient, part by part; returns its loss and right answers."""
        losses, correct = [], []
        for part in parts_of(batch, largest_part(self.profile.training)):
            logits = self._logits(part.images)
            loss = self.loss(logits, part.targets, batch.targets)
            with own_code(self.profile.model):
                loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
            losses.append(loss.detach())
            correct.append((logits.detach().argmax(1) == part.labels).sum())
        return reduce(torch.add, losses), reduce(torch.add, correct)

    def _logits(self, images: Tensor) -> Tensor:
        """float32 (n, classes), computed in the run's precision."""
        with self._precision():
            return self._train_forward(images).float()

    def _clips(self, step: int) -> bool:
        """Whether the gradient is clipped: in epochs after warm-up."""
        after_warmup = self._moment(step).epoch >= warmup_epochs(self.profile.schedule)
        return self.profile.training.clip_norm > 0 and after_warmup

    @property
    def monitored_split(self) -> Split:
        """What is evaluated each epoch: the held-out part, or the test set where there is none."""
        return "val" if len(self.dataset.validation.labels) else "test"

    def evaluate(self, split: Split, between: Callable[[], None] = nothing) -> Evaluation:
        """Evaluate the model as it is, on images without augmentation.

        `between` two batches may break it off by an exception; the model is then as it was.
        """
        data, batch_size = self.dataset, self.profile.training.eval_batch_size
        images = {"train": data.train, "val": data.validation, "test": data.test}[split]
        is_test = split == "test"
        batches = evaluation_batches(
            images,
            batch_size=batch_size,
            mean=data.test_mean if is_test else data.mean,
            std=data.test_std if is_test else data.std,
            device=self.device,
        )
        out_of_memory = memory_errors(
            self.device,
            lambda: f"in an evaluation with training.eval_batch_size = {batch_size}",
            "lower training.eval_batch_size or data.image_size",
        )
        was_training = self.model.training
        self.model.eval()
        try:
            with out_of_memory, torch.no_grad(), self._precision():
                return evaluate(self._forward, batches, len(data.classes), between)
        finally:
            self.model.train(was_training)

    def weights(self) -> dict[str, Tensor]:
        """Parameters and buffers, live."""
        state: dict[str, Tensor] = self.model.state_dict()
        return state

    def kept(self) -> AbstractContextManager[None]:
        """For a while the model holds what is evaluated and kept: the average if there is one."""
        return nullcontext() if self.average is None else self.average.in_place()

    def kept_weights(self) -> dict[str, Tensor]:
        """Copies of what is kept, on the CPU."""
        with self.kept():
            return {name: _row_by_row(w.detach().cpu()) for name, w in self.weights().items()}

    def _precision(self) -> AbstractContextManager[object]:
        if self.hardware.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)


def _row_by_row(weight: Tensor) -> Tensor:
    """A copy in torch's usual order in memory, the only one that safetensors takes."""
    return weight.clone(memory_format=torch.contiguous_format)


def learner_to_restore(profile: RunProfile, dataset: Dataset, hardware: Hardware) -> Learner:
    """One whose weights will come from a run, so that no other file of them is needed."""
    model = without_weights(profile.model)
    return Learner(profile.model_copy(update={"model": model}), dataset, hardware)
