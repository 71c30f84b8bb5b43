"""A residual network for small images with squeeze-and-excitation after each block.

He et al., "Deep Residual Learning" (2015), in its three-stage form for 32x32
images; Hu et al., "Squeeze-and-Excitation Networks" (2017). Unlike both
papers' order, the excitation scales the *sum* of branch and shortcut, and no
activation follows it: this is the network of the report that is reproduced.
"""

from __future__ import annotations

from torch import Tensor, nn

from workbench.config.model import Activation, Initialisation
from workbench.models.activations import ACTIVATIONS
from workbench.models.initialisation import initialise

STAGES = (16, 32, 64)
HIDDEN = 128


class SqueezeExcitation(nn.Module):
    """Scale each channel by a gate computed from the means of all channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = max(channels // 16, 1)
        # ReLU and sigmoid whatever the model's activation: the gate is a part
        # of its own, not one of the activations under study.
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Conv2d(channels, squeezed, 1),
            nn.ReLU(),
            nn.Conv2d(squeezed, channels, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        gates: Tensor = self.gate(x)
        return x * gates


class Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; their sum goes through the excitation."""

    def __init__(self, channels_in: int, channels: int, stride: int, activation: Activation):
        super().__init__()
        act = ACTIVATIONS[activation]
        self.branch = nn.Sequential(
            nn.Conv2d(channels_in, channels, 3, stride=stride, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            act(),
            nn.Conv2d(channels, channels, 3, padding=1, bias=False),
            nn.BatchNorm2d(channels),
            act(),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or channels_in != channels:
            self.shortcut = nn.Sequential(
                nn.Conv2d(channels_in, channels, 1, stride=stride, bias=False),
                nn.BatchNorm2d(channels),
            )
        self.excitation = SqueezeExcitation(channels)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.excitation(self.branch(x) + self.shortcut(x))
        return out


class SEResNet(nn.Module):
    """Images (n, channels, height, width) to logits (n, classes); any size from 1x1.

    675,835 / 773,842 / 871,849 parameters for 7 / 8 / 9 blocks a stage, three
    channels and ten classes. The initialisation "auto" is Xavier uniform for
    tanh and sigmoid, Kaiming normal for ReLU (both as in the report) and its kin.
    """

    def __init__(
        self,
        blocks: int,
        activation: Activation = "relu",
        *,
        dropout: float = 0.5,
        initialisation: Initialisation = "auto",
        channels: int = 3,
        classes: int = 10,
    ) -> None:
        super().__init__()
        act = ACTIVATIONS[activation]
        self.stem = nn.Sequential(
            nn.Conv2d(channels, STAGES[0], 3, padding=1, bias=False),
            nn.BatchNorm2d(STAGES[0]),
            act(),
        )
        self.stages = nn.Sequential(*_stages(blocks, activation))
        self.head = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(STAGES[-1], HIDDEN),
            act(),
            nn.Dropout(dropout),
            nn.Linear(HIDDEN, classes),
        )
        saturating = activation in ("tanh", "sigmoid")
        auto: Initialisation = "xavier_uniform" if saturating else "kaiming_normal"
        initialise(self, initialisation, activation, auto=auto)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.stages(self.stem(x)))
        return logits


def _stages(blocks: int, activation: Activation) -> list[nn.Module]:
    stages: list[nn.Module] = []
    channels_in = STAGES[0]
    for channels in STAGES:
        first_stride = 1 if channels == STAGES[0] else 2
        for block in range(blocks):
            stride = first_stride if block == 0 else 1
            stages.append(Block(channels_in, channels, stride, activation))
            channels_in = channels
    return stages
