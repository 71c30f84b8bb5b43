from __future__ import annotations

import errno
import os
import struct
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.data.source import LeftOut, Pixels, no_progress
from workbench.data.sources.decode import Rendering, decode
from workbench.errors import DataError

AS_IT_IS = Rendering(0, "stretch", 3)
SMALL = Rendering(4, "stretch", 3)


def write(path: Path, width: int = 6, height: int = 6) -> Path:
    """An image of its own colour."""
    Image.new("RGB", (width, height), (width, height, len(path.name))).save(path)
    return path


@pytest.fixture
def good(tmp_path: Path) -> list[Path]:
    return [write(tmp_path / f"{number:04}{'x' * number}.png") for number in range(5)]


def read(paths: Sequence[Path], rendering: Rendering = AS_IT_IS) -> tuple[Pixels, dict[int, str]]:
    """All images, and the reasons for those that there are not."""
    chunks = list(decode(paths, rendering, no_progress))
    images = np.concatenate([chunk for chunk in chunks if not isinstance(chunk, LeftOut)])
    return images, {chunk.place: chunk.reason for chunk in chunks if isinstance(chunk, LeftOut)}


def reason(good: list[Path], bad: Path, rendering: Rendering = AS_IT_IS) -> str:
    """Why `bad` cannot be read; the others can."""
    images, reasons = read([*good[:3], bad, *good[3:]], rendering)
    assert len(images) == 5
    assert list(reasons) == [3]
    return reasons[3]


def test_images_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    paths = []
    for number in range(300):
        paths.append(tmp_path / f"{number}.png")
        Image.new("RGB", (3, 2), (number % 256, number // 256, 7)).save(paths[-1])
    images, left_out = read(paths)
    assert not left_out
    assert images.shape == (300, 3, 2, 3)
    assert images[:, :, 1, 2].tolist() == [[n % 256, n // 256, 7] for n in range(300)]


def test_grey_has_one_channel(good: list[Path]) -> None:
    images, _ = read(good, Rendering(0, "stretch", 1))
    assert images.shape == (5, 1, 6, 6)


def test_the_rule_decides_what_becomes_of_an_oblong(tmp_path: Path) -> None:
    pixels = np.zeros((8, 16, 3), np.uint8)
    pixels[:, 4:12] = 255
    Image.fromarray(pixels).save(tmp_path / "oblong.png")
    paths = [tmp_path / "oblong.png"]
    assert read(paths, Rendering(8, "crop", 3))[0].min() == 255
    assert not read(paths, Rendering(8, "pad", 3))[0][0, :, [0, 1, 6, 7]].any()
    assert read(paths, Rendering(8, "stretch", 3))[0][0, 0, 0].tolist()[3:5] == [255, 255]


def test_progress_is_told_to_the_end(good: list[Path]) -> None:
    steps: list[tuple[str, int, int]] = []
    list(decode(good, SMALL, lambda *step: steps.append(step)))
    assert steps == [("decoding images", 5, 5)]


def test_large_images_come_in_small_chunks(tmp_path: Path) -> None:
    path = write(tmp_path / "large.png", 3000, 3000)
    chunks = decode([path] * 6, AS_IT_IS, no_progress)
    lengths = [len(chunk) for chunk in chunks if not isinstance(chunk, LeftOut)]
    assert sum(lengths) == 6
    assert lengths[0] == 1  # how large they are is not known before
    assert max(lengths) <= 4


@pytest.mark.parametrize("turned", [False, True])
def test_the_first_of_another_size_is_named(good: list[Path], tmp_path: Path, turned: bool) -> None:
    first = write(tmp_path / "first.png", 5, 7)
    other = write(tmp_path / "other.png", 7 if turned else 6, 5)
    with pytest.raises(DataError) as error:
        read([first, other, *good])
    size = "7x5" if turned else "6x5"
    assert error.value.message == f"{other} is {size} pixels, {first} is 5x7"
    assert "data.image_size" in error.value.hint


def test_a_photograph_is_measured_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (8, 4)).save(tmp_path / "lying.jpg", exif=exif)
    upright = write(tmp_path / "upright.png", 4, 8)
    images, _ = read([upright, tmp_path / "lying.jpg"])
    assert images.shape == (2, 3, 8, 4)
    with pytest.raises(DataError, match=r"lying\.jpg is 4x8 pixels"):
        read([write(tmp_path / "wide.png", 8, 4), tmp_path / "lying.jpg"])


def test_an_empty_file(good: list[Path], tmp_path: Path) -> None:
    (tmp_path / "bad.png").touch()
    assert reason(good, tmp_path / "bad.png") == "an empty file"


def test_a_text_called_jpg(good: list[Path], tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_text("not an image")
    assert reason(good, tmp_path / "bad.jpg") == "no image format that Pillow knows"


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "bmp", "tif", "webp", "ppm"])
def test_half_an_image(good: list[Path], tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bad.{kind}"
    noise = np.random.default_rng(0).integers(0, 256, (6, 6, 3), np.uint8)
    Image.fromarray(noise).resize((64, 64)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert reason(good, path, SMALL)


def test_a_missing_file_and_links_to_nowhere(good: list[Path], tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to("loop.png")
    assert reason(good, tmp_path / "gone.png") == os.strerror(errno.ENOENT)
    assert reason(good, tmp_path / "loop.png") == os.strerror(errno.ELOOP)


def test_only_regular_files_are_opened(good: list[Path], tmp_path: Path) -> None:
    """A pipe or a device could be waited at for ever."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    (tmp_path / "folder.jpg").mkdir()
    for name in ("pipe.jpg", "zero.jpg", "folder.jpg"):
        assert reason(good, tmp_path / name) == "not a regular file"


def test_no_program_is_run_for_an_image(good: list[Path], tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "program.jpg", "EPS")
    assert "PostScript" in reason(good, tmp_path / "program.jpg")


def bomb(path: Path, side: int) -> Path:
    """A small file that tells of side x side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)))
    return path


@pytest.mark.parametrize("side", [9_500, 100_000])
def test_a_decompression_bomb_is_refused_without_a_warning(
    good: list[Path], tmp_path: Path, side: int, recwarn: pytest.WarningsRecorder
) -> None:
    """Pillow itself only warns up to twice its limit."""
    told = reason(good, bomb(tmp_path / "bomb.png", side), SMALL)
    assert told == "more than the 89478485 pixels that are safe to decode"
    assert not recwarn.list


def test_pillows_warnings_stay_away(
    good: list[Path], tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "damaged-metadata.jpg"
    Image.new("RGB", (6, 6)).save(path, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert len(read([*good, path])[0]) == 6
    assert not recwarn.list


def test_a_reason_cannot_steer_the_terminal(good: list[Path], tmp_path: Path) -> None:
    path = tmp_path / "bad.ppm"
    path.write_bytes(b"P6 \x1b[31m\n 1 1 255 x")
    assert reason(good, path).isprintable()


def test_if_nothing_can_be_read_all_is_told_at_once(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number:02}.png" for number in range(14)]
    with pytest.raises(
        DataError, match=r"^14 of 14 images cannot be read: .*; and 4 more$"
    ) as error:
        read(paths)
    assert error.value.message.count(f"({os.strerror(errno.ENOENT)})") == 10
    assert error.value.path == paths[0]


def opening_fails(monkeypatch: pytest.MonkeyPatch, bad: Path, error: BaseException) -> None:
    """What a machine does in its distress, done for one file alone."""
    opened = Image.open

    def failing(path: Path) -> Image.Image:
        if Path(path) == bad:
            raise error
        return opened(path)

    monkeypatch.setattr(Image, "open", failing)


@pytest.mark.parametrize(
    "code", [errno.EIO, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ESTALE]
)
def test_a_machine_that_fails_is_not_told_as_a_bad_file(
    good: list[Path], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    opening_fails(monkeypatch, good[2], OSError(code, os.strerror(code), str(good[2])))
    with pytest.raises(DataError) as error:
        read(good)
    assert error.value.message == f"reading {good[2]} failed: {os.strerror(code)}"
    assert "machine" in error.value.hint


def test_too_little_memory_is_told_as_such(
    good: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    opening_fails(monkeypatch, good[2], MemoryError())
    with pytest.raises(DataError, match="failed: memory ran out"):
        read(good)


@pytest.mark.parametrize("code", [errno.EACCES, errno.EPERM, errno.ENOENT, errno.EINVAL])
def test_what_the_system_says_of_the_file_itself_is_its_reason(
    good: list[Path], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    opening_fails(monkeypatch, good[2], OSError(code, os.strerror(code)))
    _, reasons = read(good)
    assert reasons == {2: os.strerror(code)}


def test_no_thread_is_left_behind(good: list[Path]) -> None:
    before = threading.active_count()
    chunks = decode(good * 100, AS_IT_IS, no_progress)
    next(chunks)
    chunks.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
