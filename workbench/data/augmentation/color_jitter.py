"""Brightness, contrast, saturation and hue, in random order for each image.

Each operation works on 8-bit values and leaves 8-bit values, exactly as
Pillow's ImageEnhance (Blend.c, Convert.c) and torchvision's transforms of PIL
images do, so that recipes measured with those can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from workbench.config.augment import ColorJitterProfile
from workbench.data.augmentation.grayscale import luminance
from workbench.data.augmentation.hue import shift_hue
from workbench.data.draws import Draws

_OPERATIONS = 4


@dataclass(frozen=True)
class ColorFactors:
    """What happens to each image of a batch."""

    factors: Tensor
    """float32 (b, 4): brightness, contrast, saturation (1 is unchanged) and hue (of a turn)."""
    order: Tensor
    """int64 (b, 4): column p holds the operation, 0 to 3, that comes p-th."""


def draw_color_jitter(profile: ColorJitterProfile, draws: Draws) -> ColorFactors:
    """Factors uniform in [max(0, 1 - x), 1 + x], hue in [-x, x]; all 24 orders equally likely."""
    strengths = (profile.brightness, profile.contrast, profile.saturation)
    factors = [draws.uniform(k, low=max(0.0, 1 - x), high=1 + x) for k, x in enumerate(strengths)]
    factors.append(draws.uniform(3, low=-profile.hue, high=profile.hue))
    keys = [draws.bits(_OPERATIONS + k) for k in range(_OPERATIONS)]
    return ColorFactors(torch.stack(factors, 1), torch.stack(keys, 1).argsort(dim=1, stable=True))


def color_jitter(images: Tensor, profile: ColorJitterProfile, drawn: ColorFactors) -> Tensor:
    """Change the colours; uint8 (b, c, h, w) to the same shape.

    Of images that are not RGB, brightness and contrast alone change. An operation whose
    strength is 0 in the profile is left out: even an unchanged hue would lose
    something on the way through HSV.

    Between operations the batch is held as whole numbers in float32.
    """
    strengths = (profile.brightness, profile.contrast, profile.saturation, profile.hue)
    usable = _OPERATIONS if images.shape[1] == 3 else 2
    active = [k for k in range(usable) if strengths[k] > 0]
    jitter = jitter_by_masks if images.is_cuda else jitter_in_groups
    return jitter(images, drawn, active)


def jitter_in_groups(images: Tensor, drawn: ColorFactors, active: Sequence[int]) -> Tensor:
    """For a CPU, where arithmetic is what costs: each image goes through each operation once.

    At each place in the order the images are sorted by what comes there, and each
    operation takes its own ones.
    """
    values, at = images.to(torch.float32), torch.arange(len(images))
    for place in drawn.order.unbind(1):
        by_operation = place[at].argsort(stable=True)
        at = at[by_operation]
        values = values.index_select(0, by_operation)
        counts = place.bincount(minlength=_OPERATIONS).tolist()
        ends = list(accumulate(counts))
        for operation in active:
            part = slice(ends[operation] - counts[operation], ends[operation])
            values[part] = _APPLY[operation](values[part], drawn.factors[at[part], operation])
    return values.to(torch.uint8).index_select(0, at.argsort())


def jitter_by_masks(images: Tensor, drawn: ColorFactors, active: Sequence[int]) -> Tensor:
    """For a GPU, where starting kernels is what costs: as few of them as there can be.

    At each place each operation takes all images, and a mask chooses.
    """
    values = images.to(torch.float32)
    factors = drawn.factors.to(images.device, non_blocking=True)
    for place in drawn.order.to(images.device, non_blocking=True).unbind(1):
        changed = values
        for operation in active:
            chosen = _per_image(place == operation)
            result = _APPLY[operation](values, factors[:, operation])
            changed = torch.where(chosen, result, changed)
        values = changed
    return values.to(torch.uint8)


def adjust_brightness(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with black. Whole float32 (b, c, h, w), factor (b,), as in the three others."""
    return _to_8_bit(images * _per_image(factor))


def adjust_contrast(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with the image's mean luminance, rounded."""
    # The sum is exact in double, as is Pillow's; float32 would lose bits above 256x256 pixels.
    mean = luminance(images).mean((1, 2, 3), keepdim=True, dtype=torch.float64)
    return _blend((mean + 0.5).floor().to(torch.float32), images, factor)


def adjust_saturation(images: Tensor, factor: Tensor) -> Tensor:
    """Blend with the image in grey; three channels."""
    return _blend(luminance(images), images, factor)


def adjust_hue(images: Tensor, factor: Tensor) -> Tensor:
    """Turn the colour circle by `factor` of a whole turn, cut to 1/255; three channels."""
    return shift_hue(images, (factor.to(torch.float64) * 255).to(torch.int32))


_APPLY: tuple[Callable[[Tensor, Tensor], Tensor], ...] = (
    adjust_brightness,
    adjust_contrast,
    adjust_saturation,
    adjust_hue,
)


def _blend(first: Tensor, second: Tensor, factor: Tensor) -> Tensor:
    """first + factor * (second - first), the multiplication and the addition rounded apart."""
    return _to_8_bit((second - first).mul_(_per_image(factor)).add_(first))


def _per_image(factor: Tensor) -> Tensor:
    return factor.view(-1, 1, 1, 1)


def _to_8_bit(values: Tensor) -> Tensor:
    """Clip and cut off the fraction, in place."""
    return values.clamp_(0, 255).floor_()
