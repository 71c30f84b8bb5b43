"""A plain loop of PyTorch's, as a careful person writes it: all images are tensors in memory.

torchvision's v2 transforms change a whole batch at once, with one draw for all
of its images. That is quick, and less augmentation than the other ways have.
"""

from __future__ import annotations

from collections.abc import Generator

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_

from benchmarks.peers.task import Task
from benchmarks.peers.transforms import tensor_transforms
from benchmarks.turn import Say, Starts, timed


def compete(task: Task, starts: Starts, say: Say) -> None:
    plain = Plain(task)
    for steps in starts:
        say(timed(plain.train(), steps, task.device))


class Plain:
    def __init__(self, task: Task) -> None:
        self.network = task.network()
        self.optimizer = task.optimizer(self.network)
        self.losses: list[float] = []
        self._images = task.dataset.train.images.to(task.device)
        self._labels = task.dataset.train.labels.to(task.device)
        self._transform = tensor_transforms(task.profile.data.augment, task.dataset)
        self._samples = len(self._labels) * task.profile.data.copies
        self._training = task.profile.training

    def train(self) -> Generator[int]:
        """Train without an end; each `next` is a step and gives its images."""
        while True:
            order = torch.randperm(self._samples, device=self._labels.device) % len(self._labels)
            for index in torch.split(order, self._training.batch_size):
                images = self._transform(self._images[index])
                self.losses.append(self._step(images, self._labels[index]))
                yield len(index)

    def _step(self, images: Tensor, labels: Tensor) -> float:
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.network(images), labels)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        if self._training.clip_norm:
            clip_grad_norm_(self.network.parameters(), self._training.clip_norm)
        self.optimizer.step()
        return loss.item()
