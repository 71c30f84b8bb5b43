"""Gaussian blur, each image with its own width."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from workbench.config.augment import GaussianBlurProfile
from workbench.data.draws import Draws
from workbench.errors import DataError


@dataclass(frozen=True)
class BlurWidths:
    chosen: Tensor
    """Which images are blurred, bool (b,)."""
    sigma: Tensor
    """float32 (b,), pixels."""


def draw_blur(profile: GaussianBlurProfile, draws: Draws) -> BlurWidths:
    """Sigma is uniform in its interval."""
    low, high = profile.sigma
    return BlurWidths(draws.uniform(0) < profile.p, draws.uniform(1, low=low, high=high))


def blur(images: Tensor, profile: GaussianBlurProfile, drawn: BlurWidths) -> Tensor:
    """Blur the chosen images, mirrored at their borders; uint8 (b, c, h, w) to the same shape.

    As torchvision's gaussian_blur, but with one pass over columns and one over
    rows. Products are added tap by tap in a fixed order, not by a convolution:
    those choose their order by the size of the batch.

    Raises:
        DataError: a kernel that reaches farther than the image can be mirrored.
    """
    reach = profile.kernel_size // 2
    _check_reflection(profile, min(images.shape[2:]))
    rows = drawn.chosen.cpu().nonzero().view(-1)
    if not len(rows):
        return images
    taps = _kernels(drawn.sigma.cpu()[rows], reach).to(images.device, non_blocking=True)
    rows = rows.to(images.device, non_blocking=True)
    values = images.index_select(0, rows).to(torch.float32)
    values = _pass(F.pad(values, (reach, reach, 0, 0), mode="reflect"), taps, dim=3)
    values = _pass(F.pad(values, (0, 0, reach, reach), mode="reflect"), taps, dim=2)
    blurred = values.round_().clamp_(0, 255).to(torch.uint8)
    return images.index_copy(0, rows, blurred)


def _kernels(sigma: Tensor, reach: int) -> Tensor:
    """One half of each image's normalised kernel, from the centre on: float32 (b, reach + 1)."""
    distance = torch.arange(reach + 1, dtype=torch.float64) / sigma.to(torch.float64)[:, None]
    weights = (-0.5 * distance.square()).exp()
    total = 2 * weights.sum(1, keepdim=True) - weights[:, :1]
    return (weights / total).to(torch.float32)


def _pass(padded: Tensor, taps: Tensor, dim: int) -> Tensor:
    """The weighted sum along one dimension, which loses the border that was added."""
    reach = taps.shape[1] - 1
    length = padded.shape[dim] - 2 * reach
    centre, *others = taps[:, :, None, None, None].unbind(1)
    total = padded.narrow(dim, reach, length) * centre
    for distance, weight in enumerate(others, start=1):
        before = padded.narrow(dim, reach - distance, length)
        total += (before + padded.narrow(dim, reach + distance, length)).mul_(weight)
    return total


def _check_reflection(profile: GaussianBlurProfile, side: int) -> None:
    if profile.kernel_size // 2 >= side:
        smaller = f"set kernel_size to at most {2 * side - 1}"
        raise DataError(
            f"gaussian_blur: a kernel of {profile.kernel_size} pixels reaches too far"
            f" for an image with a side of {side}",
            hint=smaller if side > 1 else "leave gaussian_blur out",
        )
