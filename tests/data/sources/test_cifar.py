"""CIFAR's files, small ones in the original format, from a server on this machine."""

from __future__ import annotations

import hashlib
import io
import pickle
import subprocess
import sys
import tarfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from torchvision.datasets import CIFAR10, CIFAR100

from tests.data.serving import serving
from workbench.config.data import Cifar10Profile, Cifar100Profile
from workbench.data.cache import cache_usage
from workbench.data.source import Source, no_progress
from workbench.data.sources.cifar import load_cifar, load_cifar10, load_cifar100
from workbench.errors import DataError

CLASSES = ["airplane", "bird", "cat"]


def pixels(count: int, seed: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """(n, 3, 32, 32)"""
    return np.random.default_rng(seed).integers(0, 256, (count, 3, 32, 32), np.uint8)


def pickled(value: object) -> bytes:
    """As the originals: protocol 2, and numpy's flags for a type spelled 0 and 1."""
    return pickle.dumps(value, protocol=2).replace(b"\x89\x88", b"K\x00K\x01")


def batch(count: int, seed: int, key: str = "labels") -> bytes:
    labels = [number % len(CLASSES) for number in range(count)]
    return pickled({"data": pixels(count, seed).reshape(count, -1), key: labels})


def packed(folder: str, files: dict[str, bytes]) -> bytes:
    """A .tar.gz of one folder."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


FILES = {
    "data_batch_1": batch(7, seed=1),
    "data_batch_2": batch(5, seed=2),
    "test_batch": batch(6, seed=3),
    "batches.meta": pickled({"label_names": CLASSES}),
}
ARCHIVE = packed("cifar-10-batches-py", FILES)


class Small(CIFAR10):  # type: ignore[misc]
    """Twelve training and six test images."""

    url = "http://127.0.0.1:9/cifar-10-python.tar.gz"  # nobody listens there
    tgz_md5 = md5(ARCHIVE)
    train_list = [[name, md5(FILES[name])] for name in ("data_batch_1", "data_batch_2")]  # noqa: RUF012
    test_list = [["test_batch", md5(FILES["test_batch"])]]  # noqa: RUF012
    meta = CIFAR10.meta | {"md5": md5(FILES["batches.meta"])}


def write_files(root: Path) -> Path:
    folder = root / Small.base_folder
    folder.mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


def load(root: Path, dataset: Any = Small, **settings: object) -> Source:
    profile = Cifar10Profile.model_validate({"root": root, **settings})
    return load_cifar(dataset, profile, no_progress)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder where everything is there already."""
    write_files(tmp_path)
    return tmp_path


def test_images_labels_and_classes_are_the_files(root: Path) -> None:
    source = load(root)
    assert source.test
    assert source.classes == ("airplane", "bird", "cat")
    assert np.array_equal(source.train.images.numpy(), np.r_[pixels(7, seed=1), pixels(5, seed=2)])
    assert np.array_equal(source.test.images.numpy(), pixels(6, seed=3))
    assert source.train.labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 0, 1, 2, 0, 1]
    assert source.test.labels.tolist() == [0, 1, 2] * 2


def test_images_are_those_that_torchvision_gives(root: Path) -> None:
    theirs = Small(root, train=True)
    image, label = theirs[4]
    source = load(root)
    assert np.array_equal(source.train.images[4].permute(1, 2, 0).numpy(), np.asarray(image))
    assert source.train.labels[4] == label


def test_a_hundred_classes_have_their_fine_names(tmp_path: Path) -> None:
    files = {
        "train": batch(6, 1, key="fine_labels"),
        "test": batch(3, 2, key="fine_labels"),
        "meta": pickled({"fine_label_names": CLASSES, "coarse_label_names": ["thing"]}),
    }

    class Hundred(CIFAR100):  # type: ignore[misc]
        train_list = [["train", md5(files["train"])]]  # noqa: RUF012
        test_list = [["test", md5(files["test"])]]  # noqa: RUF012
        meta = CIFAR100.meta | {"md5": md5(files["meta"])}
        tgz_md5 = md5(packed("cifar-100-python", files))

    (tmp_path / Hundred.filename).write_bytes(packed("cifar-100-python", files))
    source = load_cifar(Hundred, Cifar100Profile(root=tmp_path), no_progress)
    assert source.classes == tuple(CLASSES)
    assert len(source.train) == 6


def test_limits_take_the_first_of_each_class_in_file_order(root: Path) -> None:
    source = load(root, train_per_class=2, test_per_class=1)
    assert source.test
    assert source.train.labels.tolist() == [0, 1, 2, 0, 1, 2]
    assert np.array_equal(source.train.images.numpy(), pixels(7, seed=1)[:6])
    assert source.test.labels.tolist() == [0, 1, 2]


def test_the_digest_stays_and_follows_the_pixels(root: Path) -> None:
    digests = [
        load(root, **settings).digest
        for settings in ({}, {"train_per_class": 2}, {"image_size": 8}, {"image_size": 9})
    ]
    assert len(set(digests)) == 4
    assert load(root).digest == digests[0] == load(root, image_size=32).digest
    assert load(root, image_size=8).digest == digests[2]


def test_scaled_images_come_memory_mapped_from_the_cache(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    source = load(root, image_size=48)
    assert source.train.images.shape == (12, 3, 48, 48)
    first = Image.fromarray(pixels(7, seed=1)[0].transpose(1, 2, 0))
    expected = np.asarray(first.resize((48, 48), Image.Resampling.BILINEAR)).transpose(2, 0, 1)
    assert np.array_equal(source.train.images[0].numpy(), expected)
    assert cache_usage().entries == 2
    assert load(root, image_size=48).digest == source.digest
    assert cache_usage().entries == 2
    assert str(cache_usage().folder) in Path("/proc/self/maps").read_text()


def test_reading_and_scaling_are_told(root: Path) -> None:
    told: list[tuple[str, int, int]] = []
    profile = Cifar10Profile(root=root, image_size=7)
    load_cifar(Small, profile, lambda *step: told.append(step))
    assert ("reading images", 2, 2) in told
    assert ("scaling images", 12, 12) in told


def test_the_archive_is_downloaded_unpacked_and_not_needed_again(tmp_path: Path) -> None:
    with serving(ARCHIVE) as address:

        class Served(Small):
            url = address

        source = load(tmp_path / "new" / "sets", Served)
    assert np.array_equal(source.train.images[:7].numpy(), pixels(7, seed=1))
    assert load(tmp_path / "new" / "sets", Served).digest == source.digest  # nobody serves it now


def test_nothing_is_printed_and_nothing_warned(
    root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load(root)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", list(FILES))
@pytest.mark.parametrize("damage", ["other content", "cut off", "missing", "a folder"])
def test_a_damaged_file_is_named_and_not_read(
    root: Path, name: str, damage: str, capfd: pytest.CaptureFixture[str]
) -> None:
    path = root / Small.base_folder / name
    content = path.read_bytes()
    path.unlink()
    if damage == "other content":
        path.write_bytes(b"cbuiltins\nprint\n(S'run!'\ntR.")  # a pickle that would print
    if damage == "cut off":
        path.write_bytes(content[:-10])
    if damage == "a folder":
        path.mkdir()
    with pytest.raises(DataError) as error:
        load(root)
    assert str(path) in error.value.message
    assert f"remove the folder {path.parent}" in error.value.hint
    assert error.value.path == path
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("load_them", "profile", "known"),
    [(load_cifar10, Cifar10Profile, CIFAR10), (load_cifar100, Cifar100Profile, CIFAR100)],
)
def test_the_real_sets_are_asked_of_where_torchvision_has_them(
    load_them: Callable[..., Source], profile: Any, known: Any, tmp_path: Path
) -> None:
    # An archive that is not the real one: both are told, and nothing is downloaded.
    path = tmp_path / known.filename
    path.write_bytes(ARCHIVE)
    with pytest.raises(DataError) as error:
        load_them(profile(root=tmp_path), no_progress)
    assert known.tgz_md5 in error.value.message
    assert known.url in error.value.hint


def test_torchvision_is_imported_only_when_it_is_needed() -> None:
    code = "import sys, workbench.data.sources.cifar; sys.exit('torchvision' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
