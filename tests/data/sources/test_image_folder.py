from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.config.data import ImageFolderProfile
from workbench.data.cache import cache_usage
from workbench.data.source import Source, no_progress
from workbench.data.sources.image_folder import load_image_folder
from workbench.errors import DataError

MakeFolder = Callable[..., Path]


def load(root: Path, **settings: object) -> Source:
    return load_image_folder(ImageFolderProfile(root=root, **settings), no_progress)  # type: ignore[arg-type]


def write_image(path: Path, width: int = 6, height: int = 6) -> None:
    pixels = np.full((height, width, 3), (width, height, 9), np.uint8)
    Image.fromarray(pixels).save(path)


def test_classes_and_files_are_sorted_by_name(make_folder: MakeFolder) -> None:
    root = make_folder(classes=("dog", "ant", "cat"))
    source = load(root)
    assert source.classes == ("ant", "cat", "dog")
    assert source.train.labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert source.test
    assert source.test.labels.tolist() == [0, 0, 1, 1, 2, 2]
    expected = np.asarray(Image.open(root / "train" / "cat" / "0001.png")).transpose(2, 0, 1)
    assert source.train.images.dtype == torch.uint8
    assert np.array_equal(source.train.images[5].numpy(), expected)


def test_limits_take_the_first_of_each_class(make_folder: MakeFolder) -> None:
    root = make_folder()
    whole, few = load(root), load(root, train_per_class=3, test_per_class=1)
    assert torch.equal(few.train.images, whole.train.images[[0, 1, 2, 4, 5, 6]])
    assert few.test
    assert few.test.labels.tolist() == [0, 1]


def test_class_folders_alone_have_no_test_set(make_folder: MakeFolder) -> None:
    root = make_folder()
    split, alone = load(root), load(root / "train")
    assert alone.test is None
    assert alone.classes == split.classes
    assert torch.equal(alone.train.images, split.train.images)


def test_images_of_any_mode_become_rgb_or_grey(make_folder: MakeFolder) -> None:
    root = make_folder()
    for number, mode in enumerate(("L", "P", "RGBA", "1", "CMYK", "LA", "I;16")):
        extension = "tif" if mode == "CMYK" else "PNG"
        Image.new(mode, (6, 6)).save(root / "train" / "cat" / f"z{number}.{extension}")
    assert load(root).train.images.shape == (15, 3, 6, 6)
    assert load(root, channels=1).train.images.shape == (15, 1, 6, 6)


def test_images_are_scaled_to_a_square_by_the_rule(make_folder: MakeFolder) -> None:
    root = make_folder()
    write_image(root / "train" / "cat" / "wide.png", width=20, height=10)
    source = load(root, image_size=4)
    assert source.train.images.shape == (9, 3, 4, 4)
    first = Image.open(root / "train" / "cat" / "0000.png")
    expected = np.asarray(first.resize((4, 4), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.array_equal(source.train.images[0].numpy(), expected)
    framed = load(root, image_size=4, resize="pad").train.images[4]
    assert framed[0].tolist() == [[0] * 4, [20] * 4, [20] * 4, [0] * 4]


def test_all_images_have_one_size(make_folder: MakeFolder) -> None:
    root = make_folder()
    write_image(root / "test" / "dog" / "0001.png", height=8)
    first, other = root / "train" / "cat" / "0000.png", root / "test" / "dog" / "0001.png"
    with pytest.raises(DataError) as error:
        load(root)
    assert error.value.message == f"{other} is 6x8 pixels, {first} is 6x6"
    assert "data.image_size" in error.value.hint


@pytest.fixture
def damaged(make_folder: MakeFolder) -> Path:
    """Three files of eight and one of four cannot be read."""
    root = make_folder()
    (root / "train" / "cat" / "0000.png").write_bytes(b"")
    (root / "train" / "cat" / "0003.png").unlink()
    (root / "train" / "cat" / "0003.png").symlink_to("nowhere.png")
    cut = root / "train" / "dog" / "0002.png"
    cut.write_bytes(cut.read_bytes()[:60])
    (root / "test" / "dog" / "0001.png").write_text("not an image")
    return root


DAMAGED = ("train/cat/0000.png", "train/cat/0003.png", "train/dog/0002.png", "test/dog/0001.png")


def test_all_unreadable_files_of_both_sets_are_named_at_once(damaged: Path) -> None:
    before = cache_usage().entries
    with pytest.raises(DataError) as error:
        load(damaged)
    assert error.value.message.startswith("4 of 12 images cannot be read: ")
    assert all(f"{damaged / name} (" in error.value.message for name in DAMAGED)
    assert "data.on_error" in error.value.hint
    assert cache_usage().entries == before


def test_ten_unreadable_files_are_named_and_the_rest_is_counted(make_folder: MakeFolder) -> None:
    root = make_folder()
    for number in range(14):
        (root / "train" / "cat" / f"bad{number:02}.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"^14 of 26.*; and 4 more$") as error:
        load(root)
    assert error.value.message.count(".jpg (an empty file)") == 10


def test_unreadable_files_may_be_left_out(
    damaged: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = load(damaged, on_error="skip")
    (warning,) = caplog.messages
    assert warning.startswith("left out: 4 of 12 images cannot be read: ")
    assert all(f"{damaged / name} (" in warning for name in DAMAGED)
    for name in DAMAGED:
        (damaged / name).unlink()
    clean = load(damaged)
    assert source.test
    assert clean.test
    assert torch.equal(source.train.images, clean.train.images)
    assert torch.equal(source.test.images, clean.test.images)
    assert source.train.labels.tolist() == clean.train.labels.tolist() == [0, 0, 1, 1, 1]
    assert source.test.labels.tolist() == clean.test.labels.tolist() == [0, 0, 1]
    assert source.digest == clean.digest


def test_the_cache_remembers_what_was_left_out(
    damaged: Path, caplog: pytest.LogCaptureFixture
) -> None:
    steps: list[object] = []
    profile = ImageFolderProfile(root=damaged, on_error="skip")
    first = load_image_folder(profile, lambda *step: steps.append(step))
    decoded = len(steps)
    second = load_image_folder(profile, lambda *step: steps.append(step))
    assert len(steps) == decoded
    assert torch.equal(first.train.images, second.train.images)
    assert len(caplog.messages) == 2
    assert caplog.messages[0] == caplog.messages[1]


@pytest.mark.parametrize("on_error", ["fail", "skip"])
@pytest.mark.parametrize("part", ["train", "test"])
def test_a_class_of_which_nothing_is_readable_is_an_error(
    make_folder: MakeFolder, part: str, on_error: str
) -> None:
    root = make_folder()
    for path in (root / part / "dog").iterdir():
        path.write_text("not an image")
    for _ in range(2):  # the second time from the cache
        with pytest.raises(DataError) as error:
            load(root, on_error=on_error)
        assert str(root / part / "dog") in error.value.message
        assert "0000.png (no image format that Pillow knows)" in error.value.message


def test_a_file_that_a_failing_machine_did_not_read_is_not_remembered_as_bad(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, opened = make_folder(), Image.open

    def failing(path: Path) -> Image.Image:
        if Path(path).name == "0001.png":
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return opened(path)

    with monkeypatch.context() as patched:
        patched.setattr(Image, "open", failing)
        with pytest.raises(DataError, match=os.strerror(errno.EMFILE)):
            load(root, on_error="skip")
    assert len(load(root, on_error="skip").train) == 8


def test_a_file_that_becomes_readable_is_left_out_no_more(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    root = make_folder()
    path, kept = root / "train" / "cat" / "0000.png", root / "kept.png"
    path.rename(kept)
    path.symlink_to("nowhere.png")
    assert len(load(root, on_error="skip").train) == 7
    path.unlink()
    kept.rename(path)
    caplog.clear()
    assert len(load(root, on_error="skip").train) == 8
    assert not caplog.messages


def test_names_of_files_may_hold_anything(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    root = make_folder()
    for name in ("\x1b[31m.png", "a\nb.png", os.fsdecode(b"caf\xe9.png")):
        write_image(root / "train" / "cat" / name)
        (root / "train" / "cat" / f"x{name}").touch()
    assert len(load(root, on_error="skip").train) == 11
    assert caplog.messages[0].isprintable()
    with pytest.raises(DataError, match="3 of 18") as error:
        load(root)
    assert error.value.message.isprintable()


def test_a_second_load_decodes_nothing(make_folder: MakeFolder) -> None:
    root, steps = make_folder(), []

    def progress(what: str, done: int, total: int) -> None:
        steps.append((what, done, total))

    first = load_image_folder(ImageFolderProfile(root=root), progress)
    assert steps[-1] == ("decoding images", 12, 12)
    decoded = len(steps)
    second = load_image_folder(ImageFolderProfile(root=root), progress)
    assert len(steps) == decoded
    assert torch.equal(first.train.images, second.train.images)
    assert first.digest == second.digest


@pytest.mark.parametrize("what", ["content", "time", "name", "permissions"])
def test_a_changed_file_is_decoded_anew(make_folder: MakeFolder, what: str) -> None:
    root = make_folder()
    load(root)
    before = cache_usage().entries
    path = root / "train" / "cat" / "0000.png"
    if what == "content":
        write_image(path)
    if what == "time":
        os.utime(path, ns=(1, 1))
    if what == "name":
        path.rename(path.with_name("9999.png"))
    if what == "permissions":
        path.chmod(0o600)
    load(root)
    assert cache_usage().entries == before + 1


@pytest.mark.parametrize(
    "settings", [{"image_size": 3}, {"resize": "pad"}, {"channels": 1}, {"on_error": "skip"}]
)
def test_other_settings_are_decoded_anew(
    make_folder: MakeFolder, settings: dict[str, object]
) -> None:
    root = make_folder()
    load(root)
    before = cache_usage().entries
    load(root, **settings)
    assert cache_usage().entries == before + 1


def bmp_folder(root: Path, values: tuple[int, int]) -> Path:
    """Two classes of one image each, uncompressed: all files have one size, and one time."""
    for name, value in zip(("cat", "dog"), values, strict=True):
        path = root / name / "0.bmp"
        path.parent.mkdir(parents=True)
        Image.new("RGB", (6, 6), (value,) * 3).save(path)
        os.utime(path, ns=(0, 0))
    return root


def test_two_folders_whose_files_have_equal_names_sizes_and_times(tmp_path: Path) -> None:
    first = load(bmp_folder(tmp_path / "first", (10, 20)))
    second = load(bmp_folder(tmp_path / "second", (30, 40)))
    assert first.train.images[:, 0, 0, 0].tolist() == [10, 20]
    assert second.train.images[:, 0, 0, 0].tolist() == [30, 40]


def test_a_file_written_over_with_its_old_time_set_again(tmp_path: Path) -> None:
    root = bmp_folder(tmp_path / "images", (10, 20))
    load(root)
    path = root / "cat" / "0.bmp"
    Image.new("RGB", (6, 6), (30,) * 3).save(path)
    os.utime(path, ns=(0, 0))
    assert load(root).train.images[:, 0, 0, 0].tolist() == [30, 20]


def test_the_digest_follows_the_pixels_and_not_the_place(
    make_folder: MakeFolder, tmp_path: Path
) -> None:
    root = make_folder()
    first = load(root)
    moved = root.rename(tmp_path / "moved")
    os.utime(moved / "train" / "cat" / "0000.png", ns=(1, 1))
    assert load(moved).digest == first.digest
    write_image(moved / "train" / "cat" / "0000.png")
    assert load(moved).digest != first.digest
