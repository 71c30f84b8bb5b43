from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, TiffImagePlugin

from workbench.data.sources.pixels import seen

Channels = Literal[1, 3]
RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


def reopened(image: Image.Image, kind: str, **options: object) -> Image.Image:
    """The image as it comes back from a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return Image.open(file)


def shown(image: Image.Image, channels: Channels = 3) -> list[object]:
    """The pixels of the top row."""
    pixels = np.asarray(seen(image, channels))
    assert pixels.dtype == np.uint8
    assert pixels.shape[2:] == ((3,) if channels == 3 else ())
    return list(map(tuple, pixels[0].tolist())) if channels == 3 else pixels[0].tolist()


def row(values: Sequence[object], kind: npt.DTypeLike) -> Image.Image:
    return Image.fromarray(np.array([values], kind))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def grey_png(values: Sequence[int], *chunks: bytes) -> Image.Image:
    """16-bit grey, with further chunks before the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", len(values), 1, 16, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" + struct.pack(f">{len(values)}H", *values)))
    file = b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")
    return Image.open(io.BytesIO(file))


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"]
)
@pytest.mark.parametrize("channels", [1, 3])
def test_white_is_white_and_black_is_black(mode: str, channels: Channels) -> None:
    image = Image.new("RGB", (2, 1), "white")
    image.putpixel((1, 0), BLACK)
    told = shown(
        image.convert("RGBA").convert(mode) if mode == "PA" else image.convert(mode), channels
    )
    assert told == ([WHITE, BLACK] if channels == 3 else [255, 0])


def test_colours_become_grey_by_their_brightness() -> None:
    image = row([(255, 0, 0), (0, 255, 0), (0, 0, 255)], np.uint8)
    assert shown(image, 1) == [76, 150, 29]  # ITU-R 601-2 luma, as Pillow has it


def test_lab_becomes_rgb() -> None:
    pixels = np.asarray(seen(Image.new("LAB", (1, 1), (255, 128, 128)), 3))
    assert pixels.min() >= 250


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP"])
def test_transparency_is_laid_over_white(kind: str) -> None:
    image = row([(255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 128)], np.uint8)
    assert shown(reopened(image, kind, lossless=True)) == [RED, WHITE, (127, 127, 127)]


def test_transparent_grey_is_laid_over_white() -> None:
    image = Image.merge("LA", [row([0, 0, 100], np.uint8), row([255, 0, 255], np.uint8)])
    assert shown(reopened(image, "PNG"), 1) == [0, 255, 100]


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
@pytest.mark.parametrize("transparency", [1, b"\xff\x00"])
def test_a_transparent_entry_of_a_palette_is_white(kind: str, transparency: object) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    if kind == "GIF":
        transparency = 1
    assert shown(reopened(image, kind, transparency=transparency)) == [RED, WHITE]


@pytest.mark.parametrize(
    ("mode", "key", "values"),
    [("L", 40, (40, 41)), ("RGB", (1, 2, 3), ((1, 2, 3), (1, 2, 4)))],
)
def test_a_transparent_colour_is_white(
    mode: str, key: object, values: tuple[object, object]
) -> None:
    image = Image.new(mode, (2, 1), values[0])  # type: ignore[arg-type]
    image.putpixel((1, 0), values[1])  # type: ignore[arg-type]
    first, second = shown(reopened(image, "PNG", transparency=key))
    assert first == WHITE
    assert second == (values[1] if mode == "RGB" else (41, 41, 41))


def test_16_bit_grey_is_scaled_and_not_clipped() -> None:
    values = [0, 128, 129, 257, 32768, 65535]
    assert shown(grey_png(values), 1) == [0, 0, 1, 1, 128, 255]
    assert shown(grey_png(values, chunk(b"tRNS", b"\0\x80")), 1) == [0, 255, 1, 1, 128, 255]


@pytest.mark.parametrize("kind", ["<u2", ">u2"])
def test_16_bit_tiff_is_scaled_in_either_byte_order(kind: str) -> None:
    assert shown(reopened(row([0, 257, 65535], kind), "TIFF"), 1) == [0, 1, 255]


def test_16_bit_pgm_is_scaled() -> None:
    for maximum, values in ((65535, (0, 257, 65535)), (1023, (0, 4, 1023))):
        data = f"P5 3 1 {maximum}\n".encode() + struct.pack(">3H", *values)
        assert shown(Image.open(io.BytesIO(data)), 1) == [0, 1, 255]


def test_every_8_bit_value_survives_16_bits() -> None:
    assert shown(grey_png([257 * value for value in range(256)]), 1) == list(range(256))


def tagged(values: Sequence[float], kind: npt.DTypeLike, tags: dict[int, object]) -> Image.Image:
    """A TIFF with these tags."""
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        info[tag] = value
        if tag in (340, 341):
            info.tagtype[tag] = 12  # double
    return reopened(row(values, kind), "TIFF", tiffinfo=info)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
def test_wide_values_are_scaled_where_the_file_tells_their_range(kind: npt.DTypeLike) -> None:
    image = tagged([-2, -1, 2, 3], kind, {340: -2.0, 341: 2.0})
    assert shown(image, 1) == [0, 64, 255, 255]


def test_what_is_not_a_number_is_black() -> None:
    values = [float("nan"), float("inf"), float("-inf"), 1]
    assert shown(tagged(values, np.float32, {340: 0.0, 341: 1.0}), 1) == [0, 255, 0, 255]


def test_white_is_zero_where_the_file_says_so() -> None:
    image = tagged([0, 0.25, 1], np.float32, {340: 0.0, 341: 1.0, 262: 0})
    if image.tag_v2[262] != 0:  # type: ignore[attr-defined]
        pytest.skip("this Pillow writes its own photometric interpretation")
    assert shown(image, 1) == [255, 191, 0]


@pytest.mark.parametrize(
    ("kind", "tags", "told"),
    [
        (np.float32, {}, "floating-point numbers"),
        (np.int32, {}, "32-bit integers"),
        (np.float32, {340: 1.0, 341: 1.0}, "floating-point"),
    ],
)
def test_values_of_an_unknown_range_are_refused(
    kind: npt.DTypeLike, tags: dict[int, object], told: str
) -> None:
    with pytest.raises(
        ValueError, match=rf"{told}.*does not tell their range: save it with 8 bits"
    ):
        seen(tagged([0, 1], kind, tags), 3)


ORIENTATIONS = {  # how viewers show the letter-like image [[1, 2, 3], [4, 5, 6]]
    1: [[1, 2, 3], [4, 5, 6]],
    2: [[3, 2, 1], [6, 5, 4]],
    3: [[6, 5, 4], [3, 2, 1]],
    4: [[4, 5, 6], [1, 2, 3]],
    5: [[1, 4], [2, 5], [3, 6]],
    6: [[4, 1], [5, 2], [6, 3]],
    7: [[6, 3], [5, 2], [4, 1]],
    8: [[3, 6], [2, 5], [1, 4]],
    9: [[1, 2, 3], [4, 5, 6]],
}


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "WEBP", "JPEG"])
@pytest.mark.parametrize(("orientation", "upright"), ORIENTATIONS.items())
def test_images_are_turned_upright(kind: str, orientation: int, upright: list[list[int]]) -> None:
    stored = np.array([[1, 2, 3], [4, 5, 6]], np.uint8).repeat(16, 0).repeat(16, 1) * 40
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"TIFF": {"tiffinfo": exif}, "WEBP": {"lossless": True}}.get(kind, {})
    options = options if kind == "TIFF" else options | {"exif": exif}
    pixels = np.asarray(seen(reopened(Image.fromarray(stored), kind, **options), 1))
    assert np.allclose(pixels[8::16, 8::16], np.array(upright) * 40, atol=2)


def test_damaged_metadata_does_not_spoil_an_image() -> None:
    image = reopened(row([7, 8], np.uint8), "PNG", exif=b"Exif\0\0nothing of the kind")
    assert shown(image, 1) == [7, 8]


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (2, 2), colour) for colour in (RED, WHITE, BLACK)]
    image = reopened(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert image.n_frames == 3  # type: ignore[attr-defined]
    assert shown(image) == [RED, RED]
