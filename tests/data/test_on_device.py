"""Images in a GPU's memory, and batches that are made ahead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from workbench.config.augment import ColorJitterProfile, CutMixProfile, RandomCropProfile
from workbench.config.data import DigitsProfile
from workbench.data.batches import Batch, TrainBatches
from workbench.data.on_device import made_ahead, resident
from workbench.data.source import ImageSet

CPU = torch.device("cpu")
IMAGES = ImageSet(
    torch.randint(0, 256, (50, 3, 8, 8), dtype=torch.uint8), torch.arange(40), torch.arange(40)
)

on_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def batches(device: torch.device) -> list[Batch]:
    augment = (RandomCropProfile(padding=1), ColorJitterProfile(), CutMixProfile(p=0.5))
    train = TrainBatches(
        IMAGES,
        DigitsProfile(copies=2, augment=augment),
        classes=40,
        seed=1,
        batch_size=32,
        mean=(0.5, 0.5, 0.5),
        std=(0.2, 0.2, 0.2),
        device=device,
    )
    return [*train.epoch(3)]


def test_a_cpu_reads_images_from_where_they_are() -> None:
    assert resident(IMAGES, CPU) is IMAGES


def test_a_cpu_makes_a_batch_when_it_is_asked_for() -> None:
    """It has nothing else to do meanwhile, and a run that stops has not made one in vain."""
    made = []

    def making() -> Iterator[Batch]:
        for number in range(3):
            made.append(number)
            yield Batch(*[torch.tensor([number])] * 3)

    ahead = made_ahead(making(), CPU)
    for number in range(3):
        assert next(ahead).labels.item() == number
        assert made == [*range(number + 1)]


@pytest.mark.gpu
@on_a_gpu
def test_a_gpu_holds_the_bytes_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    device = torch.device("cuda", 0)
    held = resident(IMAGES, device)
    assert held.stored.is_cuda
    assert held.stored.dtype == torch.uint8
    assert torch.equal(held.images.cpu(), IMAGES.images)
    monkeypatch.setattr("workbench.data.on_device.MOST_RESIDENT", 0.0)
    assert resident(IMAGES, device) is IMAGES


@pytest.mark.gpu
@on_a_gpu
@pytest.mark.parametrize("most", [0.25, 0.0])
def test_a_gpu_makes_the_same_batches(monkeypatch: pytest.MonkeyPatch, most: float) -> None:
    monkeypatch.setattr("workbench.data.on_device.MOST_RESIDENT", most)
    expected, given = batches(CPU), batches(torch.device("cuda", 0))
    assert len(given) == len(expected) == 3
    for ours, theirs in zip(given, expected, strict=True):
        assert torch.equal(ours.labels.cpu(), theirs.labels)
        assert torch.allclose(ours.images.cpu(), theirs.images, atol=1e-5)
        assert torch.allclose(ours.targets.cpu(), theirs.targets, atol=1e-6)


@pytest.mark.gpu
@on_a_gpu
def test_a_batch_stays_whole_while_a_slow_step_uses_it() -> None:
    device = torch.device("cuda", 0)
    whole = [batch.images.sum() for batch in batches(device)]

    def used_late() -> Iterator[torch.Tensor]:
        making = (Batch(b.images.clone(), b.labels, b.targets) for b in batches(device))
        for batch in made_ahead(making, device):
            torch.cuda._sleep(50_000_000)  # the GPU is busy for some 30 ms
            yield batch.images.sum()
            del batch

    assert torch.equal(torch.stack([*used_late()]), torch.stack(whole))
