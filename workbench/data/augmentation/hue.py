"""Hue shift through 8-bit HSV, byte for byte as Pillow does it.

Pillow (Convert.c, after Python's colorsys) goes from RGB to HSV and back in a
fixed mixture of float and double steps, each result cut to 8 bits. Here these
steps fill three small tables once, in numpy and in the same precision; a batch
then costs a few look-ups per pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

_DIFFERENCES = 511  # of two 8-bit channels: -255 to 255
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class _Tables:
    hue: Tensor
    """uint8, by (sector, difference + 255, chroma), flat; sector: which channel is largest.

    All tables are small, for they should stay in the CPU's second cache."""
    saturation: Tensor
    """uint8, by (largest channel, chroma), flat."""
    weights: tuple[Tensor, Tensor, Tensor]
    """float32, by (hue, saturation), flat: each channel's share of the value."""


@lru_cache(maxsize=4)
def _tables(device: torch.device) -> _Tables:
    red, green, blue = (torch.from_numpy(w.ravel()).to(device) for w in _channel_weights())
    return _Tables(
        hue=torch.from_numpy(_hue_table().ravel()).to(device),
        saturation=torch.from_numpy(_saturation_table().ravel()).to(device),
        weights=(red, green, blue),
    )


def _hue_table() -> npt.NDArray[np.uint8]:
    """h of rgb2hsv: quotients in float32, the rest in double, stored as float32.

    With the largest channel called m, and n and o the ones after it in the
    circle r, g, b: the difference n - o says which of the two is the smallest,
    and how far the other is above it.
    """
    sector = np.arange(3.0)[:, None, None]
    difference = np.arange(-255, 256)[None, :, None]
    chroma = np.arange(256, dtype=np.float32)[None, None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        above = (chroma - np.maximum(-difference, 0).astype(np.float32)) / chroma
        below = (chroma - np.maximum(difference, 0).astype(np.float32)) / chroma
    turn = (2.0 * sector + above - below).astype(np.float32)
    hue = np.fmod(turn.astype(np.float64) / 6.0 + 1.0, 1.0).astype(np.float32)
    grey = chroma == 0
    return np.where(grey, 0, np.nan_to_num(hue) * np.float64(255.0)).astype(np.uint8)


def _saturation_table() -> npt.NDArray[np.uint8]:
    largest = np.arange(256, dtype=np.float32)[:, None]
    chroma = np.arange(256, dtype=np.float32)[None, :]
    share = np.divide(chroma, largest, out=np.zeros((256, 256), np.float32), where=largest > 0)
    return (share * np.float64(255.0)).astype(np.uint8)


def _channel_weights() -> npt.NDArray[np.float32]:
    """r, g and b of hsv2rgb as shares of v, (3, hue, saturation).

    Pillow rounds v times a double; that float32 rounds to the same byte for all
    16.8 million colours is what the test of this module checks.
    """
    angle = np.arange(256) * 6.0 / 255.0
    sector = np.floor(angle).astype(np.int64)
    f = (angle - sector).astype(np.float32)[:, None]
    fs = (np.arange(256, dtype=np.float32) / np.float64(255.0)).astype(np.float32)[None, :]
    p = np.broadcast_to(1.0 - fs.astype(np.float64), (256, 256))
    q = 1.0 - (fs * f).astype(np.float64)
    t = 1.0 - fs * (1.0 - f.astype(np.float64))
    v = np.ones((256, 256))
    by_sector = np.array([[v, q, p, p, t, v], [t, v, v, q, p, p], [p, p, t, v, v, q]])
    weights = by_sector[:, sector % 6, np.arange(256), :]
    return weights.astype(np.float32)


def shift_hue(images: Tensor, shift: Tensor) -> Tensor:
    """Turn each image's colours by its own `shift` out of 256 steps.

    `images` holds whole numbers from 0 to 255, (b, 3, h, w), in any type;
    `shift` is (b,). The result is float32 of the same shape, again whole.
    """
    tables = _tables(images.device)
    red, green, blue = images.to(torch.int32).unbind(1)
    value = torch.maximum(torch.maximum(red, green), blue)
    chroma = value - torch.minimum(torch.minimum(red, green), blue)
    hue = _look_up(tables.hue, _hue_index(red, green, blue, value, chroma))
    hue = (hue + shift.to(torch.int32)[:, None, None]) & 0xFF
    saturation = _look_up(tables.saturation, value * 256 + chroma)
    colour = hue.mul_(256).add_(saturation)
    bright = value.to(torch.float32)
    shifted = torch.empty(images.shape, dtype=torch.float32, device=images.device)
    for channel, weight in enumerate(tables.weights):
        torch.mul(_look_up(weight, colour), bright, out=shifted[:, channel])
    return shifted.add_(0.5).floor_()


def _hue_index(red: Tensor, green: Tensor, blue: Tensor, value: Tensor, chroma: Tensor) -> Tensor:
    """The place in the hue table; of equal channels the first of r, g, b counts as largest.

    The sector is chosen by products with 0 or 1: on CPU several times faster than torch.where.
    """
    not_red = (value - red).clamp_(max=1)
    is_blue = (value - green).clamp_(max=1).mul_(not_red)
    row = green - blue + 255
    # On to the next sector's row: (blue - red) - (green - blue), then (red - green) - (blue - red).
    row += not_red.mul_(2 * blue - red - green + _DIFFERENCES)
    row += is_blue.mul_(2 * red - green - blue + _DIFFERENCES)
    return row.mul_(256).add_(chroma)


def _look_up(table: Tensor, index: Tensor) -> Tensor:
    # index_select on a flat table is several times faster than table[index] on CPU.
    return table.index_select(0, index.view(-1)).view(index.shape)
