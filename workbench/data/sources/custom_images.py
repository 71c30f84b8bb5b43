"""Arrays and tensors from code of a person's own, as images of 8 bits, channels first."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from workbench.config.wording import printable, shortened
from workbench.data.source import Pixels, Progress
from workbench.data.sources.spool import spooled
from workbench.errors import CallableError

Array = npt.NDArray[Any]

_CHUNK_VALUES = 1 << 22
_TOLERANCE = 1e-5
"""How far interpolation may carry floating point out of 0 to 1."""


def described(value: object) -> str:
    """What a value is, for an error."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return "None" if value is None else f"an object of type {type(value).__name__}"


def as_array(value: object, what: str) -> Array | None:
    """A numpy array or torch tensor as a plain array, without a copy; None for anything else."""
    if isinstance(value, Tensor):
        try:
            tensor = value.detach().cpu()
            return np.asarray(
                (tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy()
            )
        except (RuntimeError, TypeError) as error:  # sparse, quantized, without values
            raise CallableError(
                f"{what}: a tensor that numpy cannot take: {shortened(printable(str(error)), 200)}",
                hint="return a plain tensor, or a numpy array",
            ) from error
    return np.asarray(value) if isinstance(value, np.ndarray) else None


def stored_images(images: object, what: str, progress: Progress) -> Tensor:
    """uint8 (n, channels, height, width); not copied where they are that already.

    Raises:
        CallableError: they are no images, or none that can be read in one way only.
    """
    array = as_array(images, what)
    if array is None:
        raise CallableError(
            f"{what}: images are {described(images)}; valid is a numpy array or a torch tensor",
            hint="return numpy.stack(images) of images of one size, or a torch Dataset",
        )
    if array.ndim and not len(array):
        raise CallableError(f"{what}: there are no images", hint="return one or more")
    array = channels_first(array, what)
    if array.dtype == np.uint8 and array.flags.c_contiguous:
        return _shared(array)
    return torch.from_numpy(spooled(len(array), lambda: _eight_bit_chunks(array, what, progress)))


def channels_first(images: Array, what: str) -> Array:
    """A view of (n, h, w), (n, c, h, w) or (n, h, w, c) as (n, channels, height, width).

    Of four axes the second is the channels if it has 1 or 3 places; else the
    last if that has 1 or 3; else the one of both that has 2 or 4, if only one has.
    So (n, 3, h, 3) is read channels first, and (n, 4, h, 4) is refused.
    """
    if images.ndim == 3:
        images = images[:, None]
    if images.ndim != 4 or 0 in images.shape:
        raise _no_images(images, what)
    first, last = images.shape[1], images.shape[3]
    if first in (1, 3):
        return images
    if last in (1, 3) or (last in (2, 4) and first not in (2, 4)):
        return np.moveaxis(images, 3, 1)
    if first in (2, 4) and last not in (2, 4):
        return images
    raise _no_channels(images, what)


def eight_bits(images: Array, what: str) -> Pixels:
    """Bytes as they are, in C order; floating point from 0 to 1, and false and true, as 0 to 255.

    Floating point is rounded.
    """
    if images.dtype == np.uint8:
        return np.ascontiguousarray(images)
    if images.dtype == np.bool_:
        return np.multiply(images, 255, dtype=np.uint8, order="C")
    if images.dtype.kind != "f":
        raise _other_type(images, what)
    low, high = float(images.min()), float(images.max())
    if not (low >= -_TOLERANCE and high <= 1 + _TOLERANCE):  # NaN is neither
        raise _out_of_range(low, high, what)
    scaled = np.rint(np.multiply(images, 255, dtype=np.float64)).clip(0, 255)
    return np.ascontiguousarray(scaled.astype(np.uint8))


def _eight_bit_chunks(images: Array, what: str, progress: Progress) -> Iterator[Pixels]:
    step = max(1, _CHUNK_VALUES // int(np.prod(images.shape[1:])))
    for start in range(0, len(images), step):
        chunk = images[start : start + step]
        yield eight_bits(chunk, what)
        progress("reading images", start + len(chunk), len(images))


def _shared(array: Pixels) -> Tensor:
    with warnings.catch_warnings():
        # A file mapped for reading alone; nothing here writes to stored images.
        warnings.filterwarnings("ignore", message="The given NumPy array is not writable")
        return torch.from_numpy(array)


def _no_images(images: Array, what: str) -> CallableError:
    if images.dtype == object:
        hint = "images of different sizes belong in a torch Dataset, with data.image_size"
    elif 0 in images.shape:
        hint = "return images of one pixel or more"
    elif images.ndim < 3:
        hint = (
            "give them their height and width again, as in images.reshape(-1, height, width), or"
            " images.reshape(-1, height, width, 3) where colours were flattened last"
        )
    else:
        hint = "return one axis each of images, channels, height and width"
    return CallableError(
        f"{what}: images have the shape {images.shape}; valid is (n, h, w), (n, h, w, c) or"
        " (n, c, h, w), with 1 to 4 channels",
        hint=hint,
    )


def _no_channels(images: Array, what: str) -> CallableError:
    """Of four axes neither the second nor the last can be the channels, or both can."""
    first, last = images.shape[1], images.shape[3]
    shape = f"{what}: images have the shape {images.shape}; "
    if first in (2, 4):
        return CallableError(
            f"{shape}both {first} and {last} may be the number of channels",
            # Counted from the end, it is right for a single image too.
            hint="put the channels second, with numpy.moveaxis(images, -1, -3) or"
            " torch.movedim(images, -1, -3) where they are last, and pad sides of 2 or 4 pixels",
        )
    if images.shape[2] in (1, 3):
        return CallableError(
            f"{shape}valid is (n, h, w, c) or (n, c, h, w)",
            hint="numpy.moveaxis or torch.movedim puts axes in another order, as in"
            " numpy.moveaxis(images, -1, 0) for (h, w, c, n)",
        )
    return CallableError(
        f"{shape}{min(first, last)} channels are not supported, valid is 1 to 4",
        hint="choose some of them, as in images[:, :3]"
        if first <= last
        else "choose some of them, as in images[..., :3]",
    )


def _other_type(images: Array, what: str) -> CallableError:
    # No plain .astype(numpy.uint8): it makes 0 of 256, and 255 of -1.
    hint = (
        "make bytes of values from 0 to 255 with .clip(0, 255).astype(numpy.uint8); divide others"
        " by the largest that they can be, as in images / 65535"
    )
    return CallableError(
        f"{what}: pixels are of type {images.dtype}; valid is uint8, bool, or floating point from"
        " 0 to 1",
        hint=hint if images.dtype.kind in "iu" else "return numbers of one of these types",
    )


def _out_of_range(low: float, high: float, what: str) -> CallableError:
    if not math.isfinite(low) or not math.isfinite(high):
        name = "NaN" if math.isnan(low) else "infinite"
        return CallableError(
            f"{what}: pixels are {name}; valid in floating point is 0 to 1",
            hint="look for a division by 0 where they are made, or leave these images out",
        )
    valid = f"{what}: pixels lie between {low:g} and {high:g}; valid in floating point is 0 to 1"
    if low >= 0 and 1 < high <= 255:
        return CallableError(valid, hint="return values from 0 to 255 as uint8, or divide by 255")
    return CallableError(
        valid, hint="leave normalisation out of it: data.mean and data.std see to that"
    )
