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
from workbench.runner.attempts import train_run

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


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize(
    ("name", "epochs"), [("resnet18", 4), ("mobilenet_v3_small", 4), ("vit_b_16", 1), ("own", 4)]
)
def test_a_network_trains_on_real_images(
    *,
    name: str,
    epochs: int,
    precision: Literal["fp32", "bf16"],
    real_images: Path,
    own_network: CustomModelProfile,
    tmp_path: Path,
) -> None:
    """A few steps on 72 images, again and again, bring the loss down."""
    model: ModelProfile = own_network if name == "own" else TorchvisionProfile(name=name)
    profile = RunProfile(
        name="real",
        data=ImageFolderProfile(root=real_images, train_per_class=8, test_per_class=4),
        model=model,
        optimizer=SGDProfile(lr=0.02, momentum=0.9),
        training=TrainingProfile(batch_size=24, epochs=epochs, precision=precision),
    )
    run = train_run(profile, tmp_path / "runs", device="cpu")
    losses = run.history().steps["loss"]
    assert len(losses) == 3 * epochs
    assert all(map(math.isfinite, losses))
    assert losses[-1] < losses[0]
    assert run.environment["hardware"]["precision"] == precision
