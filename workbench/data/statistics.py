"""Mean and standard deviation of each channel."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from workbench.data.source import ImageSet

_CHUNK_VALUES = 1 << 22  # 4 million pixels' values at a time: 32 MB in double


@dataclass(frozen=True)
class ChannelStatistics:
    """One value per channel, in the scale of 0 to 1."""

    mean: tuple[float, ...]
    std: tuple[float, ...]


def channel_statistics(images: ImageSet) -> ChannelStatistics:
    """Mean and population standard deviation over a set that is not empty.

    The sums of bytes and of their squares are whole numbers below 2^53, which
    double holds exactly; so the result depends on no order and no chunk size.
    A channel of one single value gets the deviation 1: it is centred, not scaled.
    """
    channels, height, width = images.shape
    count = len(images) * height * width
    total = torch.zeros(channels, dtype=torch.float64)
    squares = torch.zeros_like(total)
    step = max(1, _CHUNK_VALUES // (channels * height * width))
    for start in range(0, len(images), step):
        values = images.part(slice(start, start + step)).images.to(torch.float64)
        total += values.sum((0, 2, 3))
        squares += values.square_().sum((0, 2, 3))
    mean = total / count
    variance = (squares * count - total.square()).clamp_(min=0) / count**2
    std = torch.where(variance > 0, variance.sqrt(), 255.0)
    return ChannelStatistics(tuple((mean / 255).tolist()), tuple((std / 255).tolist()))
