"""Data from code of one's own: what is understood, and what is refused in which words."""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from workbench.config.data import CustomDataProfile
from workbench.data.source import Source, no_progress
from workbench.data.sources.custom import load_custom
from workbench.data.sources.custom_images import channels_first, eight_bits
from workbench.errors import CallableError

Load = Callable[..., Source]

PREAMBLE = """
import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset

images = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), np.uint8)
labels = [0, 1, 2, 0, 1, 2]

class Items(Dataset):
    def __init__(self, images=images, labels=labels):
        self.images, self.labels = images, labels
    def __len__(self):
        return len(self.images)
    def __getitem__(self, place):
        return self.images[place], self.labels[place]

def sized(*sizes, mode="RGB"):
    return [Image.new(mode, size, number) for number, size in enumerate(sizes)]

"""
IMAGES = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), np.uint8)


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """`load("a statement", **settings)`: loads what a function with that body returns."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    # Python takes a file of the same size and second for the one that it has compiled.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(body: str, **settings: object) -> Source:
        indented = "".join(f"    {line}\n" for line in body.splitlines())
        (tmp_path / "own.py").write_text(f"{PREAMBLE}def load():\n{indented}")
        profile = {"callable": "own:load", "folder": tmp_path, **settings}
        return load_custom(CustomDataProfile.model_validate(profile), no_progress)

    return load


@pytest.fixture
def refusal(load: Load) -> Callable[..., CallableError]:
    def refusal(body: str, **settings: object) -> CallableError:
        with pytest.raises(CallableError) as error:
            load(body, **settings)
        assert error.value.message.startswith("own:load")
        assert "\n" not in error.value.message
        assert error.value.hint
        return error.value

    return refusal


# What may be returned


@pytest.mark.parametrize(
    "body",
    [
        "return images, labels",
        "return images, np.array(labels, np.uint8)",
        "return images, torch.tensor(labels)",
        "return images, [torch.tensor(label) for label in labels]",
        "return images, [float(label) for label in labels]",
        "return images.transpose(0, 3, 1, 2), labels",
        "return np.ascontiguousarray(images.transpose(0, 3, 1, 2)), labels",
        "return images[::-1][::-1], labels",
        "return torch.from_numpy(images).permute(0, 3, 1, 2), labels",
        "return images / 255, labels",
        "return (images / 255).astype(np.float32), labels",
        "return torch.tensor(images.transpose(0, 3, 1, 2) / 255), labels",
        "return torch.tensor(images / 255, requires_grad=True), labels",
        "return Items()",
        "return list(zip(images, labels))",
        "return Subset(Items(), range(6))",
        "return Items([Image.fromarray(image) for image in images])",
        "return Items([torch.tensor(image / 255).permute(2, 0, 1) for image in images])",
        "return TensorDataset(torch.tensor(images), torch.tensor(labels))",
        "return [images, np.array(labels)]",
        "return {'train': [torch.tensor(images), torch.tensor(labels)]}",
        "return {'train': (images, labels)}",
        "return {'train': Items()}",
    ],
)
def test_images_and_labels_in_any_usual_form_are_the_same(load: Load, body: str) -> None:
    source = load(body)
    assert source.train.stored.is_contiguous()
    assert np.array_equal(source.train.images.numpy(), IMAGES.transpose(0, 3, 1, 2))
    assert source.train.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert source.train.labels.dtype == torch.int64
    assert source.classes == ("0", "1", "2")
    assert source.test is None


@pytest.mark.parametrize(
    "body",
    [
        "return images[..., 0], labels",
        "return images[..., :1], labels",
        "return images[:, None, :, :, 0] / 255, labels",
        "return Items(images[..., 0])",
        "return Items([Image.fromarray(image[..., 0]) for image in images])",
    ],
)
def test_grey_images_have_one_channel(load: Load, body: str) -> None:
    assert np.array_equal(load(body).train.images.numpy(), IMAGES[:, None, :, :, 0])


def test_a_test_set_and_names_may_come_along(load: Load) -> None:
    source = load(
        "return {'train': (images, labels), 'test': Items(images[:2], [3, 0]),"
        " 'classes': ['ant', 'bee', 'cow', 'dog']}"
    )
    assert source.test
    assert source.classes == ("ant", "bee", "cow", "dog")
    assert source.test.labels.tolist() == [3, 0]
    assert np.array_equal(source.test.images.numpy(), IMAGES[:2].transpose(0, 3, 1, 2))


@pytest.mark.parametrize(
    "labels",
    ["['b', 'a', 'c'] * 2", "np.array(['b', 'a', 'c'] * 2)", "np.array(['b', 'a', 'c'] * 2, 'O')"],
)
def test_texts_as_labels_name_the_classes_in_sorted_order(load: Load, labels: str) -> None:
    source = load(f"return images, {labels}")
    assert source.classes == ("a", "b", "c")
    assert source.train.labels.tolist() == [1, 0, 2, 1, 0, 2]


def test_texts_as_labels_follow_the_names_given(load: Load) -> None:
    source = load("return {'train': (images, ['b', 'a'] * 3), 'classes': ('z', 'b', 'a')}")
    assert source.classes == ("z", "b", "a")
    assert source.train.labels.tolist() == [1, 2] * 3


def test_a_datasets_own_class_names_are_used(load: Load) -> None:
    assert load("d = Items()\nd.classes = ['x', 'y', 'z']\nreturn d").classes == ("x", "y", "z")
    assert load("d = Items()\nd.classes = [('x',), ('y',)]\nreturn d").classes == ("0", "1", "2")


def test_limits_take_the_first_of_each_class(load: Load) -> None:
    body = "return {'train': (images, [1, 1, 0, 1, 0, 0]), 'test': (images, [0, 0, 0, 1, 1, 1])}"
    source = load(body, train_per_class=2, test_per_class=1)
    assert source.test
    assert source.train.labels.tolist() == [1, 1, 0, 0]
    expected = IMAGES[[0, 1, 2, 4]].transpose(0, 3, 1, 2)
    assert np.array_equal(source.train.images.numpy(), expected)
    assert source.test.labels.tolist() == [0, 1]


@pytest.mark.parametrize("rule", ["stretch", "crop", "pad"])
@pytest.mark.parametrize("returned", ["images, labels", "Items()"])
def test_images_are_scaled_by_the_profiles_rule(load: Load, returned: str, rule: str) -> None:
    source = load(f"return {returned}", image_size=8, resize=rule)
    assert source.train.images.shape == (6, 3, 8, 8)
    box = {"stretch": (0, 0, 5, 4), "crop": (0.5, 0, 4.5, 4), "pad": (0, 0, 5, 4)}[rule]
    size = (8, 6) if rule == "pad" else (8, 8)
    scaled = Image.fromarray(IMAGES[2]).resize(size, Image.Resampling.BILINEAR, box)
    shown = source.train.images[2].permute(1, 2, 0).numpy()
    assert np.array_equal(shown[1:7] if rule == "pad" else shown, np.asarray(scaled))


def test_two_and_four_channels_are_scaled_each_by_itself(load: Load) -> None:
    """Pillow would take the last of them for transparency."""
    higher = "higher = images.repeat(2, 1)\n"
    four = "np.concatenate([higher, higher[..., :1]], 3)"
    source = load(f"{higher}return {four}, labels", image_size=7)
    alone = load(f"{higher}return higher, labels", image_size=7)
    assert torch.equal(source.train.images[:, :3], alone.train.images)
    assert torch.equal(source.train.images[:, 3], alone.train.images[:, 0])


def test_items_of_different_sizes_are_scaled_to_one(load: Load) -> None:
    source = load("return Items(sized((4, 5), (9, 3), (6, 6)), [0, 1, 0])", image_size=6)
    assert source.train.images.shape == (3, 3, 6, 6)


def test_the_digest_follows_the_pixels_not_their_form(load: Load) -> None:
    digest = load("return images, labels").digest
    assert load("return Items()").digest == digest
    assert load("return images / 255, labels").digest == digest
    assert load("return 255 - images, labels").digest != digest


def test_a_mapped_file_is_used_without_a_copy(load: Load, tmp_path: Path) -> None:
    path = tmp_path / "images.npy"
    np.save(path, IMAGES.transpose(0, 3, 1, 2).copy())
    source = load(f"return np.load({str(path)!r}, mmap_mode='r'), labels")
    address = source.train.stored.data_ptr()
    mapped = [
        line for line in Path("/proc/self/maps").read_text().splitlines() if str(path) in line
    ]
    spans = [[int(end, 16) for end in line.split()[0].split("-")] for line in mapped]
    assert any(start <= address < end for start, end in spans)


def test_what_is_converted_lies_on_disk_and_leaves_nothing_there(
    load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    source = load("return Items()")
    assert f"{tmp_path / 'cache'}" in Path("/proc/self/maps").read_text()
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    assert len(source.train) == 6


@pytest.mark.parametrize("returned", ["Items()", "images / 255, labels"])
def test_a_cache_that_cannot_be_written_costs_a_warning(
    load: Load,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    returned: str,
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    source = load(f"return {returned}")
    assert np.array_equal(source.train.images.numpy(), IMAGES.transpose(0, 3, 1, 2))
    assert f"images cannot be kept in {tmp_path / 'file'}" in caplog.text


def test_a_disk_that_fills_up_costs_a_warning(load: Load, caplog: pytest.LogCaptureFixture) -> None:
    # A limit on the size of files fails a write the way a full disk does.
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    body = "return Items(np.repeat(images, 20, 0), labels * 20)"
    load(body)  # the module's own file is not to be limited
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        source = load(body)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert np.array_equal(source.train.images.numpy(), IMAGES.repeat(20, 0).transpose(0, 3, 1, 2))
    assert source.train.labels.tolist() == [0, 1, 2, 0, 1, 2] * 20
    assert "images cannot be kept in" in caplog.text


def test_reading_is_told(load: Load, tmp_path: Path) -> None:
    load("return Items()")
    told: list[tuple[str, int, int]] = []
    profile = CustomDataProfile(callable="own:load", folder=tmp_path)
    load_custom(profile, lambda *step: told.append(step))
    assert told == [("reading images", 6, 6)]


def test_pil_images_of_any_mode_and_shape_are_read_as_they_are_seen(load: Load) -> None:
    """Three rows of pixels are rows, not channels."""
    assert load("return Items(sized((9, 3), (9, 3)), [0, 1])").train.shape == (3, 3, 9)
    for mode, channels in (("1", 1), ("L", 1), ("LA", 1), ("P", 3), ("RGBA", 3), ("CMYK", 3)):
        body = f"return Items(sized((9, 3), (9, 3), mode={mode!r}), [0, 1])"
        assert load(body).train.shape == (channels, 3, 9)


# Which axis is the channels


@pytest.mark.parametrize(
    ("shape", "channels"),
    [
        ((2, 5, 6), 1),
        ((2, 3, 5, 6), 3),
        ((2, 5, 6, 3), 3),
        ((2, 1, 5, 6), 1),
        ((2, 5, 6, 1), 1),
        ((2, 3, 5, 3), 3),
        ((2, 1, 5, 3), 1),
        ((2, 3, 5, 1), 3),
        ((2, 4, 5, 3), 3),
        ((2, 4, 5, 6), 4),
        ((2, 5, 6, 4), 4),
        ((2, 2, 5, 6), 2),
    ],
)
def test_the_channels_are_found_by_their_number(shape: tuple[int, ...], channels: int) -> None:
    assert channels_first(np.zeros(shape, np.uint8), "it").shape[1] == channels


@given(st.integers(5, 9), st.integers(5, 9), st.integers(1, 4))
def test_both_orders_of_axes_give_the_same_images(height: int, width: int, channels: int) -> None:
    first = np.arange(2 * channels * height * width).reshape(2, channels, height, width)
    assert np.array_equal(channels_first(first, "it"), first)
    assert np.array_equal(channels_first(np.moveaxis(first, 1, -1), "it"), first)


@pytest.mark.parametrize("shape", [(6,), (6, 4), (6, 5, 5, 5), (6, 2, 5, 4), (6, 1, 4, 4, 3)])
def test_what_can_be_read_in_no_way_or_two_is_refused(
    refusal: Callable[..., CallableError], shape: tuple[int, ...]
) -> None:
    error = refusal(f"return np.zeros({shape}, np.uint8), labels")
    assert str(shape) in error.message
    assert "channels" in error.message


# What cannot be used

REFUSED: list[tuple[str, str]] = [
    # nothing like data
    ("return None", "None was returned"),
    ("return 3", "an object of type int was returned"),
    ("return 'images'", "an object of type str was returned"),
    ("return images", "an object of type ndarray was returned"),
    ("return images, labels, 3", "a tuple of 3 was returned"),
    ("return (images, labels), (images, labels)", "2 sets were returned without their names"),
    ("return (images, labels), [images, labels], (images, labels)", "3 sets were returned"),
    ("return Items(), Subset(Items(), range(2))", "2 sets were returned without their names"),
    ("return list(images[:2]), labels[:2]", "images are an object of type list"),
    ("return ()", "a tuple of 0 was returned"),
    ("return iter(int, 1)", "type callable_iterator was returned"),
    ("yield images, labels", "type generator was returned"),
    ("return Items", "the class Items was returned"),
    ("return DataLoader(Items())", "type DataLoader was returned"),
    (
        "class Endless(IterableDataset):\n"
        "    def __iter__(self): return iter(int, 1)\n"
        "    def __len__(self): return 5\n"
        "return Endless()",
        "type Endless was returned",
    ),
    ("class Unsized(Dataset): pass\nreturn Unsized()", "type Unsized was returned"),
    ("return {}", "without train"),
    ("return {'test': (images, labels)}", "without train"),
    ("return {'train': None}", "train: None was returned"),
    ("return {'train': (images, labels), 'tset': 1}", "a table with 'tset'"),
    ("return {'train': (images, labels), 'test': None}", "test: None was returned"),
    # images
    ("return 'images', 'labels'", "images are an object of type str"),
    ("return list(images), labels", "images are an object of type list"),
    ("return images[:0], []", "there are no images"),
    ("return images[:, :0], labels", "(6, 0, 5, 3)"),
    ("return images.astype(int), labels", "pixels are of type int64"),
    ("return images + 1j, labels", "pixels are of type complex128"),
    ("return images.astype(object), labels", "pixels are of type object"),
    ("a = np.empty(6, object)\nreturn a, labels", "(6,)"),
    ("return images * 1.0, labels", "pixels lie between 0 and 255"),
    ("return images / 255 - 0.5, labels", "pixels lie between -0.5 and 0.5"),
    ("return images * float('nan'), labels", "pixels are NaN"),
    ("return images + np.inf, labels", "pixels are infinite"),
    ("return torch.eye(6).to_sparse(), labels", "a tensor that numpy cannot take"),
    # labels
    ("return images, labels[:-1]", "6 images and 5 labels"),
    ("return images, [*labels, 0]", "6 images and 7 labels"),
    ("return images, None", "labels are None"),
    ("return images, set(labels)", "labels are an object of type set"),
    ("return images, np.eye(6)", "labels have the shape (6, 6)"),
    ("return images, np.array(labels)[:, None]", "labels have the shape (6, 1)"),
    ("return images, np.array(3)", "labels have the shape ()"),
    ("return images, np.array(labels) - 1", "the smallest training label is -1"),
    ("return images, np.array(labels) / 2", "label of image 1 is 0.5"),
    ("return images, [0, 1, float('nan'), 0, 1, 1]", "label of image 2 is nan"),
    ("return images, [0, 1, 2**70, 0, 1, 1]", "labels are of type object"),
    ("return images, [0, 1, 'a', 0, 1, 1]", "label of image 2 is an object of type str"),
    ("return images, [None] * 6", "label of image 0 is None"),
    ("return images, [b'a'] * 6", "label of image 0 is an object of type bytes"),
    ("return images, np.array([1j] * 6)", "labels are of type complex128"),
    ("return images, [0] * 6", "all training images are of one class, 0"),
    ("return images, ['a'] * 6", "all training images are of one class, 'a'"),
    ("return images, [1, 2, 3] * 2", "the smallest training label is 1"),
    ("return images, [0, 1, 3] * 2", "training labels go from 1 to 3"),
    ("return images, [0, 10**15] * 3", "training labels go from 0 to 1000000000000000"),
    # classes
    ("return {'train': (images, labels), 'classes': ['a', 'b']}", "label of image 2 is 2"),
    ("return {'train': (images, labels), 'classes': 'abc'}", "classes is one text"),
    ("return {'train': (images, labels), 'classes': [1, 2, 3]}", "a list of texts"),
    ("return {'train': (images, labels), 'classes': ['a', 'b', 'a']}", "'a' is named twice"),
    ("return {'train': (images, ['a', 'b'] * 3), 'classes': ['a', 'c']}", "is 'b', which is no"),
    # the sets together
    ("return {'train': (images, labels), 'test': (images[:1], [3])}", "label of image 0 is 3"),
    ("return {'train': (images, ['a', 'b'] * 3), 'test': (images[:1], ['c'])}", "'c'"),
    ("return {'train': (images, ['a', 'b'] * 3), 'test': (images[:1], [0])}", "are texts and"),
    ("return {'train': (images, labels), 'test': (images[:, :2], labels)}", "test images 5x2"),
    ("return {'train': (images, labels), 'test': (images[..., 0], labels)}", "in 1 channel"),
    # items
    ("return Items([])", "there are no images"),
    ("return []", "there are no images"),
    ("return [images, labels]", "item 0 is an object of type ndarray"),
    ("return [images, labels, 3]", "item 0 is an object of type ndarray"),
    ("return [{'image': 1}]", "item 0 is an object of type dict"),
    ("return [(images[0], 0, 0)]", "item 0 is a tuple of 3"),
    ("return [('image.png', 0)]", "item 0: the image is an object of type str"),
    ("return Items(images * 1.0)", "item 0: pixels lie between 4 and 248"),
    ("return Items(sized((4, 5), (9, 3)), [0, 1])", "item 1 is 9x3 pixels, item 0 is 4x5"),
    (
        "return Items([images[0], images[1, ..., 0]])",
        "item 1 has 1 channels, item 0 has 3",
    ),
    ("return Items(sized((4, 4), mode='F'), [0])", "item 0 raised ValueError"),
    ("return Items(images, labels[:4])", "item 4 raised IndexError"),
    (
        "class Wild(Items):\n"
        "    def __getitem__(self, place): return torch.rand(3, 8, 8), 0\n"
        "return Wild()",
        "image of item 0 is another each time",
    ),
    (
        "class Wild(Items):\n"
        "    def __getitem__(self, place): return images[0], np.random.randint(10**9)\n"
        "return Wild()",
        "label of item 0 is another each time",
    ),
    ("return Items(labels=[0, float('nan')] * 3)", "label of image 1 is nan"),
    ("class Odd(Items):\n    def __len__(self): return -1\nreturn Odd()", "its length raised"),
]


@pytest.mark.parametrize(("body", "told"), REFUSED, ids=lambda value: str(value)[:60])
def test_what_cannot_be_used_is_told(
    refusal: Callable[..., CallableError], body: str, told: str
) -> None:
    assert told in refusal(body).message


def test_normalised_images_are_told_who_normalises(
    refusal: Callable[..., CallableError],
) -> None:
    assert "data.mean" in refusal("return images / 127.5 - 1, labels").hint
    assert "uint8" in refusal("return images * 1.0, labels").hint


@pytest.mark.parametrize("made", ["images > 127", "torch.tensor(images > 127)"])
def test_black_and_white_pixels_become_0_and_255(load: Load, made: str) -> None:
    expected = np.where(IMAGES > 127, 255, 0).transpose(0, 3, 1, 2)
    assert np.array_equal(load(f"return {made}, labels").train.images.numpy(), expected)
    assert np.array_equal(load(f"return Items({made})").train.images.numpy(), expected)


@pytest.mark.parametrize("kind", ["np.int8", "np.int16", "np.uint16", "np.int64"])
def test_integers_are_told_a_way_to_bytes_that_does_not_wrap_around(
    refusal: Callable[..., CallableError], kind: str
) -> None:
    hint = refusal(f"return images.astype({kind}), labels").hint
    assert ".clip(0, 255).astype(numpy.uint8)" in hint
    assert "images / 65535" in hint


@pytest.mark.parametrize("hint", ["np.moveaxis(images, -1, -3)", "torch.movedim(images, -1, -3)"])
def test_what_is_hinted_at_keeps_the_images(
    load: Load, refusal: Callable[..., CallableError], hint: str
) -> None:
    made = "np.arange(6 * 2 * 5 * 4, dtype=np.uint8).reshape(6, 2, 5, 4)"
    assert hint.replace("np.", "numpy.") in refusal(f"return {made}, labels").hint
    made = f"torch.tensor({made})" if "torch" in hint else made
    images = load(f"images = {made}\nreturn {hint}, labels").train.images
    expected = np.arange(240, dtype=np.uint8).reshape(6, 2, 5, 4)
    assert np.array_equal(images.numpy(), np.moveaxis(expected, 3, 1))


@pytest.mark.parametrize(
    ("shape", "told", "hint"),
    [
        ((6, 5, 8, 8), "5 channels are not supported, valid is 1 to 4", "images[:, :3]"),
        ((6, 8, 8, 5), "5 channels are not supported, valid is 1 to 4", "images[..., :3]"),
        ((6, 2, 5, 4), "both 2 and 4 may be the number of channels", "pad sides"),
        ((8, 8, 3, 6), "valid is (n, h, w, c) or (n, c, h, w)", "moveaxis(images, -1, 0)"),
        ((6, 784), "valid is (n, h, w), (n, h, w, c)", "reshape(-1, height, width)"),
        ((6, 1, 3, 8, 8), "valid is (n, h, w), (n, h, w, c)", "one axis each"),
        ((6, 0, 8, 8), "valid is (n, h, w), (n, h, w, c)", "one pixel or more"),
    ],
)
def test_each_wrong_shape_has_a_hint_of_its_own(
    refusal: Callable[..., CallableError], shape: tuple[int, ...], told: str, hint: str
) -> None:
    error = refusal(f"return np.zeros({shape}, np.uint8), labels")
    assert told in error.message
    assert hint in error.hint
    assert "reshape" not in error.hint or len(shape) < 3  # of axes in another order it makes noise


def test_sets_without_names_are_told_their_table(refusal: Callable[..., CallableError]) -> None:
    assert "{'train': …, 'test': …}" in refusal("return (images, labels), (images, labels)").hint


def test_items_of_different_sizes_are_told_the_key(refusal: Callable[..., CallableError]) -> None:
    assert "data.image_size" in refusal("return Items(sized((4, 5), (9, 3)), [0, 1])").hint


def test_what_an_item_raises_is_told_with_its_line(
    refusal: Callable[..., CallableError], tmp_path: Path
) -> None:
    message = refusal(
        "class Bad(Items):\n"
        "    def __getitem__(self, place): return images[0], 1 / (5 - place)\n"
        "return Bad()"
    ).message
    assert "item 5 raised ZeroDivisionError" in message
    assert f"({tmp_path / 'own.py'}, line " in message


def test_a_damaged_file_behind_an_item_is_told(
    refusal: Callable[..., CallableError], tmp_path: Path
) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(IMAGES[0]).save(path)
    path.write_bytes(path.read_bytes()[:50])
    assert "item 0 raised" in refusal(f"return [(Image.open({str(path)!r}), 0)]").message


def test_an_interrupt_while_items_are_read_goes_through(load: Load) -> None:
    body = (
        "class Held(Items):\n"
        "    def __getitem__(self, place): raise KeyboardInterrupt\n"
        "return Held()"
    )
    with pytest.raises(KeyboardInterrupt):
        load(body)


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64, np.longdouble])
def test_bytes_as_shares_of_one_come_back_exactly(kind: Any) -> None:
    images = np.arange(256, dtype=np.uint8).reshape(1, 1, 16, 16)
    assert np.array_equal(eight_bits((images / 255).astype(kind), "it"), images)
