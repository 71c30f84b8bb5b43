"""A small network on the bundled digits, a step of which takes about 1 ms on one thread."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from workbench.config.data import DigitsProfile
from workbench.config.model import CustomModelProfile
from workbench.config.optimizer import AdamProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.data.batches import Normalisation
from workbench.data.dataset import Dataset, load_dataset

BATCH_SIZE = 64
HIDDEN = 256
LEARNING_RATE = 1e-3


def network(channels: int, image_size: tuple[int, int], classes: int) -> nn.Module:
    height, width = image_size
    return nn.Sequential(
        nn.Flatten(),
        nn.Linear(channels * height * width, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Linear(HIDDEN, classes),
    )


def small_profile(steps: int) -> RunProfile:
    """Its first epoch has more than so many steps: at its end there would be an evaluation."""
    images = len(digits().train)
    return RunProfile(
        data=DigitsProfile(validation=0, copies=1 + steps * BATCH_SIZE // images),
        model=CustomModelProfile(callable=f"{__name__}:network", folder=Path(__file__).parents[1]),
        optimizer=AdamProfile(lr=LEARNING_RATE),
        training=TrainingProfile(batch_size=BATCH_SIZE, precision="fp32", compile="off"),
    )


@cache
def digits() -> Dataset:
    return load_dataset(DigitsProfile(validation=0), seed=0)


def train(steps: int) -> Iterator[tuple[Tensor, Tensor]]:
    """A plain loop; loss and accuracy of each step, as tensors."""
    data = digits()
    model = network(data.channels, data.image_size, len(data.classes))
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)
    normalise = Normalisation(data.mean, data.std, torch.device("cpu"))
    images, labels = data.train.images, data.train.labels
    for index in islice(_indices(len(labels)), steps):
        optimizer.zero_grad()
        logits = model(normalise(images[index]))
        loss = F.cross_entropy(logits, labels[index])
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        yield loss.detach(), (logits.argmax(1) == labels[index]).float().mean()


def _indices(images: int) -> Iterator[Tensor]:
    """Shuffled batches of the images, without an end."""
    while True:
        yield from torch.split(torch.randperm(images), BATCH_SIZE)
