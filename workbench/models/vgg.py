"""VGG-A for 32x32 images, with or without batch normalisation.

Simonyan and Zisserman, "Very Deep Convolutional Networks" (2014),
configuration A, with a head of three small linear layers, and no dropout
unless it is asked for.
"""

from __future__ import annotations

from torch import Tensor, nn

from workbench.config.model import Activation, Initialisation
from workbench.models.activations import ACTIVATIONS
from workbench.models.initialisation import initialise

POOL = "pool"
LAYERS = (64, POOL, 128, POOL, 256, 256, POOL, 512, 512, POOL, 512, 512, POOL)
HIDDEN = 512
SMALLEST_IMAGE = 2 ** LAYERS.count(POOL)


class VGGA(nn.Module):
    """Images (n, channels, height, width) from 32x32 up to logits (n, classes).

    9,750,922 parameters, 9,756,426 with batch norm, for 32x32 images with
    three channels and ten classes at width 1. `width` is a factor on all
    channels and hidden linear layers. The initialisation "auto" is Xavier normal.
    """

    def __init__(
        self,
        batch_norm: bool,
        width: float = 1.0,
        activation: Activation = "relu",
        *,
        dropout: float = 0.0,
        initialisation: Initialisation = "auto",
        channels: int = 3,
        classes: int = 10,
        image_size: tuple[int, int] = (32, 32),
    ) -> None:
        super().__init__()
        scaled = [scale(layer, width) if isinstance(layer, int) else layer for layer in LAYERS]
        hidden = scale(HIDDEN, width)
        height, image_width = (side // SMALLEST_IMAGE for side in image_size)
        self.features = nn.Sequential(*_features(scaled, channels, batch_norm, activation))
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Linear(scale(LAYERS[-2], width) * height * image_width, hidden),
            *_hidden_activation(activation, dropout),
            nn.Linear(hidden, hidden),
            *_hidden_activation(activation, dropout),
            nn.Linear(hidden, classes),
        )
        initialise(self, initialisation, activation, auto="xavier_normal")

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.classifier(self.features(x))
        return logits


def scale(channels: int | str, width: float) -> int:
    """A channel count times the width factor, at least 1."""
    return max(1, round(int(channels) * width))


def _features(
    layers: list[int | str], channels: int, batch_norm: bool, activation: Activation
) -> list[nn.Module]:
    modules: list[nn.Module] = []
    for layer in layers:
        if isinstance(layer, str):
            modules.append(nn.MaxPool2d(2))
            continue
        modules.append(nn.Conv2d(channels, layer, 3, padding=1))
        if batch_norm:
            modules.append(nn.BatchNorm2d(layer))
        modules.append(ACTIVATIONS[activation]())
        channels = layer
    return modules


def _hidden_activation(activation: Activation, dropout: float) -> list[nn.Module]:
    """Without dropout no module stands for it: the published network's weights keep their names."""
    modules = [ACTIVATIONS[activation]()]
    return [*modules, nn.Dropout(dropout)] if dropout else modules
