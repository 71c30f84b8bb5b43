"""Images of any mode that Pillow reads, as they are meant to be seen, in 8 bits."""

from __future__ import annotations

import struct
from typing import Any, Literal

import numpy as np
from PIL import Image, TiffImagePlugin

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What undoes each orientation of the EXIF standard; 1 is upright."""

# TIFF 6.0, sections 8, 19 and "Baseline tags".
_BITS_PER_SAMPLE, _PHOTOMETRIC = 258, 262
_RANGES = ((340, 341), (280, 281))
"""SMinSampleValue and SMaxSampleValue of any type, MinSampleValue and MaxSampleValue."""


def seen(image: Image.Image, channels: Literal[1, 3]) -> Image.Image:
    """The first frame, upright and opaque, as RGB or as 8-bit grey ("L").

    Raises:
        ValueError: its values have no range that the file tells.
        Exception: what Pillow raises of damaged files.
    """
    image.load()
    shown = _eight_bit(image)
    turn = _UPRIGHT.get(_orientation(image))
    shown = shown.transpose(turn) if turn is not None else shown
    mode = "RGB" if channels == 3 else "L"
    return shown if shown.mode == mode else shown.convert(mode)


def _eight_bit(image: Image.Image) -> Image.Image:
    """The image as RGB, as grey, or as black and white."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return _scaled(image)
    if image.has_transparency_data:
        return _on_white(image)
    if image.mode in ("1", "L", "RGB"):
        return image
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    """Over white, as a page or a browser shows it.

    What a transparent pixel's colour is, nobody has seen: most programs write
    black or leave what was there, and dropping the alpha channel would show it.
    """
    colours = image.convert("RGBA")
    page = Image.new("RGB", image.size, "white")
    page.paste(colours, mask=colours)
    return page


def _scaled(image: Image.Image) -> Image.Image:
    """Grey of more than 8 bits, its whole range scaled to 0 to 255 (Pillow would clip it)."""
    black, white = _value_range(image)
    values = np.asarray(image)
    grey = values.astype(np.float32)
    grey -= black
    grey *= 255 / (white - black)
    np.nan_to_num(grey, copy=False, nan=0, posinf=255, neginf=0)
    np.clip(np.rint(grey, out=grey), 0, 255, out=grey)
    if "transparency" in image.info:  # PNG: one value that is to be seen through
        grey[values == image.info["transparency"]] = 255
    return Image.fromarray(grey.astype(np.uint8))


def _value_range(image: Image.Image) -> tuple[float, float]:
    """The values of black and of white."""
    tags: Any = image.tag_v2 if isinstance(image, TiffImagePlugin.TiffImageFile) else {}
    told = [
        (_first(tags[low]), _first(tags[high])) for low, high in _RANGES if {low, high} <= set(tags)
    ]
    if image.mode.startswith("I;16"):
        found = (0.0, 2.0 ** _first(tags.get(_BITS_PER_SAMPLE, 16)) - 1)
    elif image.mode == "I" and image.format in ("PNG", "PPM"):
        found = (0.0, 65535.0)  # 16 bits in the file
    elif told and told[0][0] < told[0][1]:
        found = told[0]
    else:
        kind = "floating-point numbers" if image.mode == "F" else "signed or 32-bit integers"
        raise ValueError(f"{kind}, and the file does not tell their range: save it with 8 bits")
    return found[::-1] if _first(tags.get(_PHOTOMETRIC, 1)) == 0 else found


def _first(value: Any) -> float:
    """A tag's value, of which there may be one for each channel."""
    return float(np.ravel(value)[0])


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except (SyntaxError, ValueError, TypeError, OSError, struct.error):
        return 1  # damaged metadata: viewers show such an image as it lies
