"""Networks of others and of one's own train on real images, in both precisions."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Literal

import pytest

from workbench.config.data import ImageFolderProfile
from workbench.config.model import CustomModelProfile, ModelProfile, TorchvisionProfile
from workbench.config.optimizer import SGDProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.runner.attempts import prepare, train_run

NETWORK = """
from torch import nn

def network(channels, classes):
    return nn.Sequential(
        nn.Conv2d(channels, 16, 3, stride=2, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(0.1), nn.LazyLinear(classes),
    )
"""


@pytest.fixture
def own_network(tmp_path: Path) -> CustomModelProfile:
    (tmp_path / "own_network.py").write_text(NETWORK)
    return CustomModelProfile(callable="own_network:network", folder=tmp_path)


def a_profile(
    model: ModelProfile, images: Path, precision: Literal["fp32", "bf16"], epochs: int
) -> RunProfile:
    """24 images in one batch: each epoch is a step on the same images."""
    data = ImageFolderProfile(root=images, train_per_class=3, test_per_class=3, validation=6)
    return RunProfile(
        name="real",
        data=data,
        model=model,
        optimizer=SGDProfile(lr=0.02, momentum=0.9),
        training=TrainingProfile(batch_size=24, epochs=epochs, precision=precision),
    )


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "own"])
def test_a_network_trains_on_real_images(
    *,
    name: str,
    precision: Literal["fp32", "bf16"],
    real_images: Path,
    own_network: CustomModelProfile,
    tmp_path: Path,
) -> None:
    """Later steps on the same images have less loss than the first ones."""
    model: ModelProfile = own_network if name == "own" else TorchvisionProfile(name=name)
    run = train_run(a_profile(model, real_images, precision, 6), tmp_path / "runs", device="cpu")
    losses = run.history().steps["loss"]
    assert len(losses) == 6
    assert all(map(math.isfinite, losses))
    assert losses[3:].mean() < losses[:3].mean()
    assert run.environment["hardware"]["precision"] == precision


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_transformer_learns_real_images(
    precision: Literal["fp32", "bf16"], real_images: Path
) -> None:
    """Its 86 million parameters in steps alone: writing them takes longer than computing them."""
    model = TorchvisionProfile(name="vit_b_16")
    learner = prepare(a_profile(model, real_images, precision, 3), device="cpu").learner
    [batch] = learner.batches.epoch(0)
    losses = [learner.step(batch, step).loss.item() for step in range(3)]
    assert learner.hardware.precision == precision
    assert all(map(math.isfinite, losses))
    assert losses[2] < losses[0]
    assert learner.evaluate("val").samples == 6
