"""Images a second of the main recipe's augmentations, on one thread.

Everyone begins with the same batch of bytes in memory and ends with a batch of
normalised float32, in turns; ratios are to torchvision on PIL images.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import click
import torch
from PIL import Image
from torch import Tensor

from benchmarks.images import from_folder, images_option
from benchmarks.peers.transforms import pil_transforms, tensor_transforms
from benchmarks.turns import in_turns, paces
from workbench.config.augment import (
    AugmentationProfile,
    ColorJitterProfile,
    HorizontalFlipProfile,
    RandomCropProfile,
)
from workbench.config.loading import load_profile
from workbench.config.profile import RunProfile
from workbench.data.augmentation.augment import Epoch, augment
from workbench.data.augmentation.samples import Samples
from workbench.data.batches import Normalisation
from workbench.data.dataset import Dataset, load_dataset

PROFILE = Path(__file__).parents[1] / "profiles" / "report" / "main.toml"

Way = Callable[[Tensor], Tensor]
"""From uint8 (b, channels, height, width) to float32 of that shape, normalised."""


@click.command
@images_option
@click.option("--batch-size", type=click.IntRange(1), default=256)
@click.option("--batches", type=click.IntRange(1), default=4, help="Timed in each turn.")
@click.option("--rounds", type=click.IntRange(1), default=7)
@click.option("--only", multiple=True, type=click.Choice(["pil", "v2", "kornia", "workbench"]))
@click.option("--set", "changes", multiple=True, metavar="KEY=VALUE", help="Change the profile.")
@click.option("--json", "as_json", is_flag=True, help="Print every measurement.")
def command(
    *,
    images: Path,
    batch_size: int,
    batches: int,
    rounds: int,
    only: Sequence[str],
    changes: Sequence[str],
    as_json: bool,
) -> None:
    """Measure torchvision, kornia and the workbench on the main recipe's augmentations."""
    profile = load_profile(PROFILE, (*from_folder(images), *changes)).profile
    dataset = load_dataset(profile.data, profile.seed)
    batch = dataset.train.part(torch.arange(batch_size) % len(dataset.train)).images
    with one_thread():
        ways = {
            name: make(profile, dataset) for name, make in WAYS.items() if name in (only or WAYS)
        }
        for way in ways.values():
            way(batch)  # tables and caches are filled then
        turns = {name: partial(_pace, way, batch, batches) for name, way in ways.items()}
        results = paces(in_turns(turns, rounds))
    if as_json:
        click.echo(json.dumps([asdict(result) for result in results]))
        return
    for result in results:
        click.echo(result.line())


@contextmanager
def one_thread() -> Iterator[None]:
    """While entered, torch computes on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _pace(way: Way, batch: Tensor, batches: int) -> float:
    begin = time.perf_counter()
    for _ in range(batches):
        way(batch)
    return batches * len(batch) / (time.perf_counter() - begin)


def _pil(profile: RunProfile, dataset: Dataset) -> Way:
    """Image by image, as a torch Dataset does it."""
    transform = pil_transforms(profile.data.augment, dataset)

    def way(batch: Tensor) -> Tensor:
        pixels = batch.permute(0, 2, 3, 1).contiguous().numpy()
        return torch.stack([transform(Image.fromarray(image)) for image in pixels])

    return way


def _v2(profile: RunProfile, dataset: Dataset) -> Way:
    """Image by image, for on a batch there is one draw for all."""
    transform = tensor_transforms(profile.data.augment, dataset)
    return lambda batch: torch.stack([transform(image) for image in batch])


def _kornia(profile: RunProfile, dataset: Dataset) -> Way:
    """The batch at once, as floats; the order of the jitter's operations is drawn once for it."""
    from kornia import augmentation

    changes = [_kornia_one(each, dataset.image_size) for each in profile.data.augment]
    normalise = augmentation.Normalize(list(dataset.mean), list(dataset.std))
    sequence = augmentation.AugmentationSequential(*changes, normalise, data_keys=["input"])

    def way(batch: Tensor) -> Tensor:
        augmented: Tensor = sequence(batch.float() / 255)
        return augmented

    return way


def _kornia_one(profile: AugmentationProfile, size: tuple[int, int]) -> Any:
    """One augmentation of images of that height and width; its base class is kornia's own."""
    from kornia import augmentation

    match profile:
        case RandomCropProfile(padding=padding, padding_mode=mode):
            return augmentation.RandomCrop(size, padding=padding, padding_mode=mode)
        case HorizontalFlipProfile(p=p):
            return augmentation.RandomHorizontalFlip(p=p)
        case ColorJitterProfile(brightness=b, contrast=c, saturation=s, hue=h):
            return augmentation.ColorJitter(b, c, s, h)
        case _:
            raise NotImplementedError(f"{profile.kind} of kornia's")


def _workbench(profile: RunProfile, dataset: Dataset) -> Way:
    normalise = Normalisation(dataset.mean, dataset.std, torch.device("cpu"))

    def way(batch: Tensor) -> Tensor:
        samples = Samples(batch, torch.zeros(len(batch), dtype=torch.int64))
        epoch = Epoch(samples.part, len(batch), seed=profile.seed, number=0)
        index = torch.arange(len(batch))
        return normalise(augment(epoch, profile.data.augment, index).images)

    return way


WAYS: dict[str, Callable[[RunProfile, Dataset], Way]] = {
    "pil": _pil,
    "v2": _v2,
    "kornia": _kornia,
    "workbench": _workbench,
}
