"""Lightning, as a person leaves it: its trainer, a CSV file of every step, the report's loader."""

from __future__ import annotations

import tempfile
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.loggers import CSVLogger
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader

from benchmarks.peers.report import loader
from benchmarks.peers.task import Task
from benchmarks.turn import UNTIMED_STEPS, Say, Starts, Turn, clock


def compete(task: Task, starts: Starts, say: Say) -> None:
    network, batches = Module(task), loader(task)
    for steps in starts:
        say(_fit(network, batches, steps, task))


class Module(lightning.LightningModule):
    """The network and its optimizer, which last over several fits."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.network = task.network()
        self.adam = task.optimizer(self.network)

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return self.adam

    def training_step(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        images, labels = batch
        logits = self.network(images)
        loss = F.cross_entropy(logits, labels)
        accuracy = (logits.argmax(1) == labels).float().mean()
        self.log_dict({"train/loss": loss, "train/accuracy": accuracy})
        return loss


class Watch(Callback):
    """Times the steps after the first few."""

    def __init__(self, device: torch.device) -> None:
        self.begin = self.end = 0.0
        self.images = 0
        self._device = device

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: object,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if trainer.global_step > UNTIMED_STEPS:
            self.images += len(batch[1])
        if trainer.global_step == UNTIMED_STEPS:
            self.begin = clock(self._device)
        elif trainer.global_step == trainer.max_steps:
            self.end = clock(self._device)


def _fit(network: Module, batches: DataLoader[tuple[Tensor, int]], steps: int, task: Task) -> Turn:
    """A fit of its own is what begins the loader anew, and ends its workers."""
    watch = Watch(task.device)
    with tempfile.TemporaryDirectory() as folder:
        trainer = lightning.Trainer(
            accelerator="gpu" if task.device.type == "cuda" else "cpu",
            devices=1,
            max_steps=UNTIMED_STEPS + steps,
            gradient_clip_val=task.profile.training.clip_norm or None,
            callbacks=[watch],
            logger=CSVLogger(folder),
            log_every_n_steps=1,
            default_root_dir=folder,
            enable_progress_bar=False,
        )
        trainer.fit(network, batches)
    return Turn(watch.end - watch.begin, watch.images)
