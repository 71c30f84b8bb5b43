"""The lab report's way: PIL images, torchvision's transforms, a loader with two workers, fp32."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_
from torch.utils.data import ConcatDataset, DataLoader, Dataset

from benchmarks.peers.task import Task
from benchmarks.peers.transforms import Transform, pil_transforms
from benchmarks.turn import Say, Starts, timed

WORKERS = 2


class PILImages(Dataset[tuple[Tensor, int]]):
    """An array of images in memory, each opened by PIL when it is asked for."""

    def __init__(self, pixels: NDArray[np.uint8], labels: list[int], transform: Transform) -> None:
        self.pixels = pixels
        self.labels = labels
        self.transform = transform

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> tuple[Tensor, int]:
        return self.transform(Image.fromarray(self.pixels[place])), self.labels[place]


def compete(task: Task, starts: Starts, say: Say) -> None:
    report = Report(task)
    for steps in starts:
        say(timed(report.train(), steps, task.device))


def loader(task: Task) -> DataLoader[tuple[Tensor, int]]:
    """Shuffled batches of the profile's copies of the training set."""
    train = task.dataset.train
    pixels = train.images.permute(0, 2, 3, 1).contiguous().numpy()
    transform = pil_transforms(task.profile.data.augment, task.dataset)
    images = PILImages(pixels, train.labels.tolist(), transform)
    copies: ConcatDataset[tuple[Tensor, int]] = ConcatDataset([images] * task.profile.data.copies)
    return DataLoader(copies, task.profile.training.batch_size, shuffle=True, num_workers=WORKERS)


class Report:
    def __init__(self, task: Task) -> None:
        self.network = task.network()
        self.optimizer = task.optimizer(self.network)
        self.epochs: list[tuple[float, float]] = []
        """The sum of the losses and the right answers of each, fetched at its end."""
        self._loader = loader(task)
        self._clip_norm = task.profile.training.clip_norm
        self._device = task.device

    def train(self) -> Generator[int]:
        """Train without an end; each `next` is a step and gives its images.

        The loader's workers begin with it, and end when it is closed.
        """
        while True:
            loss, correct = torch.zeros(2, device=self._device)
            for images, labels in self._loader:
                step = self._step(images.to(self._device), labels.to(self._device))
                loss += step[0]
                correct += step[1]
                yield len(labels)
            self.epochs.append((loss.item(), correct.item()))

    def _step(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The batch's loss, summed over the images, and its right answers."""
        self.optimizer.zero_grad()
        logits = self.network(images)
        loss = F.cross_entropy(logits, labels)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if self._clip_norm:
            clip_grad_norm_(self.network.parameters(), self._clip_norm)
        self.optimizer.step()
        return loss.detach() * len(labels), (logits.argmax(1) == labels).sum()
