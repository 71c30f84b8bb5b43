from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.config.data import ImageFolderProfile
from workbench.data.cache import cache_usage
from workbench.data.image_folder import load_image_folder
from workbench.data.source import Source, no_progress
from workbench.errors import DataError

MakeFolder = Callable[..., Path]


def load(root: Path, **settings: int) -> Source:
    return load_image_folder(ImageFolderProfile(root=root, **settings), no_progress)  # type: ignore[arg-type]


def write_image(path: Path, width: int = 6, height: int = 6) -> None:
    pixels = np.full((height, width, 3), (width, height, 9), np.uint8)
    Image.fromarray(pixels).save(path)


def test_classes_and_files_are_sorted_by_name(make_folder: MakeFolder) -> None:
    root = make_folder(classes=("dog", "ant", "cat"))
    source = load(root)
    assert source.classes == ("ant", "cat", "dog")
    assert source.train.labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert source.test.labels.tolist() == [0, 0, 1, 1, 2, 2]
    expected = np.asarray(Image.open(root / "train" / "cat" / "0001.png")).transpose(2, 0, 1)
    assert source.train.images.dtype == torch.uint8
    assert np.array_equal(source.train.images[5].numpy(), expected)


def test_limits_take_the_first_of_each_class(make_folder: MakeFolder) -> None:
    root = make_folder()
    whole, few = load(root), load(root, train_per_class=3, test_per_class=1)
    assert torch.equal(few.train.images, whole.train.images[[0, 1, 2, 4, 5, 6]])
    assert few.test.labels.tolist() == [0, 1]


def test_hidden_files_and_other_kinds_are_passed_over(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "train" / "cat" / ".hidden.png").write_bytes(b"not an image")
    (root / "train" / "cat" / "notes.txt").write_text("not an image")
    (root / "train" / ".cache").mkdir()
    (root / "train" / "list.csv").write_text("cat,dog")
    assert len(load(root).train) == 8


def test_grey_and_palette_images_become_rgb(make_folder: MakeFolder) -> None:
    root = make_folder()
    for number, mode in enumerate(("L", "P", "RGBA", "1", "CMYK")):
        extension = "tif" if mode == "CMYK" else "PNG"
        Image.new(mode, (6, 6)).save(root / "train" / "cat" / f"z{number}.{extension}")
    assert load(root).train.images.shape == (13, 3, 6, 6)


def test_images_are_scaled_to_a_square(make_folder: MakeFolder) -> None:
    root = make_folder()
    write_image(root / "train" / "cat" / "wide.png", width=20, height=10)
    source = load(root, image_size=4)
    assert source.train.images.shape == (9, 3, 4, 4)
    first = Image.open(root / "train" / "cat" / "0000.png")
    expected = np.asarray(first.resize((4, 4), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.array_equal(source.train.images[0].numpy(), expected)


def test_the_first_image_of_another_size_is_named(make_folder: MakeFolder) -> None:
    root = make_folder()
    write_image(root / "train" / "cat" / "wide.png", width=7)
    write_image(root / "train" / "dog" / "0001.png", width=9)
    with pytest.raises(DataError, match=r"wide\.png is 7x6 pixels.*0000\.png is 6x6") as error:
        load(root)
    assert "data.image_size" in error.value.hint


def test_test_images_of_another_size_than_training_images_are_named(
    make_folder: MakeFolder,
) -> None:
    root = make_folder()
    for path in (root / "test").glob("*/*.png"):
        write_image(path, height=8)
    with pytest.raises(DataError, match=r"test.cat.0000\.png is 6x8"):
        load(root)


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no folder") as error:
        load(tmp_path / "nowhere")
    assert error.value.path == tmp_path / "nowhere"
    assert "data.root" in error.value.hint


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_missing_part_is_an_error(make_folder: MakeFolder, part: str) -> None:
    root = make_folder()
    (root / part).rename(root / "elsewhere")
    with pytest.raises(DataError, match="there is no folder") as error:
        load(root)
    assert error.value.path == root / part
    assert "train/<class>/" in error.value.hint


def test_a_part_without_class_folders_is_an_error(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "train").rename(root / "elsewhere")
    (root / "train").mkdir()
    with pytest.raises(DataError, match="train has no class folders"):
        load(root)


def test_an_empty_class_folder_is_an_error(make_folder: MakeFolder) -> None:
    root = make_folder()
    for path in (root / "test" / "dog").iterdir():
        path.rename(path.with_suffix(".txt"))
    with pytest.raises(DataError, match="dog has no image files") as error:
        load(root)
    assert ".jpeg" in error.value.hint


def test_classes_of_the_test_set_must_be_those_of_the_training_set(
    make_folder: MakeFolder,
) -> None:
    root = make_folder(classes=("cat", "dog", "eel"))
    (root / "test" / "eel").rename(root / "test" / "elk")
    with pytest.raises(DataError, match="only in train: eel; only in test: elk"):
        load(root)


def test_one_class_is_not_enough(make_folder: MakeFolder) -> None:
    with pytest.raises(DataError, match="only one class, cat"):
        load(make_folder(classes=("cat",)))


def test_all_unreadable_files_are_named_at_once(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "train" / "cat" / "0000.png").write_bytes(b"")
    (root / "train" / "cat" / "text.jpg").write_text("not an image")
    broken = root / "train" / "dog" / "0002.png"
    broken.write_bytes(broken.read_bytes()[:60])
    with pytest.raises(DataError) as error:
        load(root)
    assert error.value.message.startswith("3 of 9 images cannot be read")
    for name in ("0000.png", "text.jpg", "0002.png"):
        assert name in error.value.message


def test_ten_unreadable_files_are_named_and_the_rest_is_counted(make_folder: MakeFolder) -> None:
    root = make_folder()
    for number in range(14):
        (root / "train" / "cat" / f"bad{number:02}.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"14 of 22.*and 4 more$") as error:
        load(root)
    assert error.value.message.count(".jpg (") == 10


def test_a_link_that_leads_nowhere_is_an_error(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "train" / "cat" / "link.png").symlink_to(root / "nowhere.png")
    with pytest.raises(DataError, match=r"link\.png cannot be read: No such file"):
        load(root)


def test_a_decompression_bomb_is_refused(
    make_folder: MakeFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_folder()
    write_image(root / "train" / "cat" / "bomb.png", width=30, height=30)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)  # beyond twice that Pillow refuses itself
    with (
        pytest.warns(Image.DecompressionBombWarning),
        pytest.raises(DataError, match=r"bomb\.png \(900 pixels"),
    ):
        load(root, image_size=4)


def test_a_second_load_decodes_nothing(make_folder: MakeFolder) -> None:
    root, steps = make_folder(), []

    def progress(what: str, done: int, total: int) -> None:
        steps.append((what, done, total))

    first = load_image_folder(ImageFolderProfile(root=root), progress)
    assert steps == [("decoding training images", 8, 8), ("decoding test images", 4, 4)]
    second = load_image_folder(ImageFolderProfile(root=root), progress)
    assert len(steps) == 2
    assert torch.equal(first.train.images, second.train.images)
    assert first.digest == second.digest


@pytest.mark.parametrize("what", ["content", "time", "name", "size"])
def test_a_change_is_decoded_anew(make_folder: MakeFolder, what: str) -> None:
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
    load(root, image_size=3 if what == "size" else 0)
    assert cache_usage().entries == before + (2 if what == "size" else 1)


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
