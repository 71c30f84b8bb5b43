from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from workbench.config.augment import ColorJitterProfile, RandomCropProfile
from workbench.config.data import DigitsProfile, ImageFolderProfile
from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import DataError

MakeFolder = Callable[..., Path]


def digits(seed: int = 1, **settings: object) -> Dataset:
    return load_dataset(DigitsProfile.model_validate(settings), seed)


def rows(dataset: Dataset) -> set[bytes]:
    return {image.numpy().tobytes() for image in dataset.validation.images}


@pytest.mark.parametrize(
    ("validation", "held_out"), [(0, 0), (0.1, 144), (0.5, 718), (1, 1), (200, 200), (1e-6, 1)]
)
def test_a_fraction_or_a_count_is_held_out(validation: float, held_out: int) -> None:
    dataset = digits(validation=validation)
    assert len(dataset.validation) == held_out
    assert len(dataset.train) == 1437 - held_out
    assert len(dataset.test) == 360


def test_training_and_validation_share_no_image_and_lose_none() -> None:
    whole, split = digits(validation=0), digits(validation=0.3)
    together = torch.cat([split.train.images, split.validation.images]).view(1437, -1)
    assert sorted(together.tolist()) == sorted(whole.train.images.view(1437, -1).tolist())


def test_both_parts_share_the_stored_images() -> None:
    """A set larger than memory can be split: no part of it is copied."""
    dataset = load_dataset(DigitsProfile(validation=100), seed=0)
    assert dataset.train.stored.data_ptr() == dataset.validation.stored.data_ptr()
    assert (len(dataset.train), len(dataset.validation)) == (1337, 100)


def test_the_split_follows_the_seed() -> None:
    assert rows(digits(seed=1)) == rows(digits(seed=1))
    assert rows(digits(seed=1)) != rows(digits(seed=2))


@pytest.mark.parametrize("validation", [1437, 5000, 0.9999])
def test_something_must_be_left_to_train_on(validation: float) -> None:
    with pytest.raises(DataError, match="leaves none of the 1437"):
        digits(validation=validation)


def alone(make_folder: MakeFolder, **settings: object) -> Dataset:
    """Two classes of ten images each, without a test set."""
    root = make_folder(train=10) / "train"
    return load_dataset(ImageFolderProfile.model_validate({"root": root, **settings}), seed=3)


@pytest.mark.parametrize(("test", "count"), [(0.2, 4), (0.25, 5), (0.02, 1), (1, 1), (19, 19)])
def test_a_missing_test_set_is_taken_out_of_the_images(
    make_folder: MakeFolder, test: float, count: int
) -> None:
    dataset = alone(make_folder, test=test, validation=0)
    assert (len(dataset.train), len(dataset.test)) == (20 - count, count)
    rows = torch.cat([dataset.train.rows, dataset.test.rows])
    assert rows.sort().values.tolist() == list(range(20))


def test_the_validation_part_is_taken_from_what_remains(make_folder: MakeFolder) -> None:
    dataset = alone(make_folder, test=4, validation=0.25)
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (12, 4, 4)
    parts = [dataset.train.rows, dataset.validation.rows, dataset.test.rows]
    assert torch.cat(parts).sort().values.tolist() == list(range(20))
    assert torch.equal(dataset.test.rows, alone(make_folder, test=4, validation=0).test.rows)


def test_test_and_validation_are_drawn_independently(make_folder: MakeFolder) -> None:
    test = alone(make_folder, test=10, validation=0).test
    root = make_folder(train=10)  # the same images, with a test set
    profile = ImageFolderProfile(root=root, validation=10)
    assert not torch.equal(test.rows, load_dataset(profile, seed=3).validation.rows)


def test_the_limit_on_training_images_comes_before_the_split(make_folder: MakeFolder) -> None:
    dataset = alone(make_folder, test=0.5, validation=0, train_per_class=4, test_per_class=1)
    assert (len(dataset.train), len(dataset.test)) == (4, 4)


def test_a_fraction_of_few_images_is_at_least_one(make_folder: MakeFolder) -> None:
    """Or the test set would choose the weights, with a validation part in the profile."""
    dataset = alone(make_folder, test=15, validation=0.1)
    assert (len(dataset.train), len(dataset.validation)) == (4, 1)


def test_there_must_be_a_test_set(make_folder: MakeFolder) -> None:
    with pytest.raises(DataError, match=r"there is no test set.*data\.test = 0") as error:
        alone(make_folder, test=0)
    assert "data.test" in error.value.hint


@pytest.mark.parametrize("test", [20, 500, 0.999])
def test_a_test_set_must_leave_something_to_train_on(make_folder: MakeFolder, test: float) -> None:
    with pytest.raises(DataError, match=r"data\.test = .* leaves none of the 20"):
        alone(make_folder, test=test)


def test_a_class_with_nothing_left_to_train_on_costs_a_warning(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    alone(make_folder)
    assert not caplog.messages
    alone(make_folder, test=19, validation=0)
    (message,) = caplog.messages
    assert message in ("classes without an image to train on: " + name for name in ("cat", "dog"))


def test_the_test_split_is_in_the_fingerprint(make_folder: MakeFolder) -> None:
    root = make_folder(train=10) / "train"
    profiles = [ImageFolderProfile(root=root, validation=0, test=test) for test in (5, 0.25, 6)]
    five, quarter, six = (load_dataset(profile, seed=3).fingerprint for profile in profiles)
    assert five == quarter
    assert six != five
    assert load_dataset(profiles[0], seed=4).fingerprint != five


def test_shape_is_known() -> None:
    dataset = digits(image_size=12)
    assert dataset.channels == 1
    assert dataset.image_size == (12, 12)
    assert dataset.classes == tuple("0123456789")


def test_statistics_are_measured_on_the_training_part() -> None:
    dataset = digits(validation=0.5)
    images = dataset.train.images.double() / 255
    assert dataset.mean == pytest.approx((images.mean().item(),))
    assert dataset.std == pytest.approx((images.std(correction=0).item(),))
    assert (dataset.test_mean, dataset.test_std) == (dataset.mean, dataset.std)


def test_given_statistics_are_used() -> None:
    dataset = digits(mean=[0.25], test_std=[0.75])
    assert dataset.mean == dataset.test_mean == (0.25,)
    assert dataset.test_std == (0.75,)
    assert dataset.std == digits().std


@pytest.mark.parametrize("name", ["mean", "std", "test_mean", "test_std"])
def test_statistics_need_one_value_per_channel(name: str) -> None:
    with pytest.raises(DataError, match=rf"data\.{name} has length 3.* channels is 1"):
        digits(**{name: [0.5, 0.5, 0.5]})


def test_augmentations_that_do_not_fit_are_found_at_once() -> None:
    with pytest.raises(DataError, match="random_crop"):
        digits(augment=[RandomCropProfile(padding=8)])
    assert digits(augment=[RandomCropProfile(padding=7), ColorJitterProfile()])


SAME: list[dict[str, object]] = [{}, {"copies": 3}, {"mean": [0.5]}, {"validation": 144}]
OTHER: list[dict[str, object]] = [
    {"seed": 2},
    {"validation": 0},
    {"image_size": 9},
    {"train_per_class": 100},
    {"test_per_class": 10},
]


@pytest.mark.parametrize("settings", SAME)
def test_the_fingerprint_stays_with_the_arrays(settings: dict[str, object]) -> None:
    assert digits().fingerprint == digits(**settings).fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", OTHER)
def test_the_fingerprint_changes_with_the_arrays(settings: dict[str, object]) -> None:
    assert digits().fingerprint != digits(**settings).fingerprint  # type: ignore[arg-type]


def test_without_validation_the_seed_is_not_in_the_fingerprint() -> None:
    assert digits(seed=1, validation=0).fingerprint == digits(seed=2, validation=0).fingerprint


def test_a_relabelled_image_changes_the_fingerprint(make_folder: MakeFolder) -> None:
    root = make_folder()
    profile = ImageFolderProfile(root=root, validation=0)
    before = load_dataset(profile, 1).fingerprint
    # The last cat becomes the first dog: the same pixels in the same order.
    (root / "train" / "cat" / "0003.png").rename(root / "train" / "dog" / "-.png")
    assert load_dataset(profile, 1).fingerprint != before


def test_an_image_folder_loads_with_progress(make_folder: MakeFolder) -> None:
    seen: list[tuple[str, int, int]] = []
    profile = ImageFolderProfile(root=make_folder(train=6), validation=0.25)
    dataset = load_dataset(profile, 1, lambda *step: seen.append(step))
    assert (len(dataset.train), len(dataset.validation), len(dataset.test)) == (9, 3, 4)
    assert seen[-1] == ("decoding images", 16, 16)


def test_digits_are_read_without_importing_scikit_learn() -> None:
    code = (
        "import sys; from workbench.config.data import DigitsProfile;"
        "from workbench.data.dataset import load_dataset; load_dataset(DigitsProfile(), 1);"
        "sys.exit('sklearn' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_real_images_have_their_published_statistics(
    real_images: Path, times: Callable[[int, int], int]
) -> None:
    per_class = times(500, 5000)  # of so many images within the same bounds; all in a long run
    profile = ImageFolderProfile(
        root=real_images, validation=0, train_per_class=per_class, test_per_class=per_class // 5
    )
    dataset = load_dataset(profile, 42)
    assert (len(dataset.train), len(dataset.test)) == (10 * per_class, 2 * per_class)
    # As JPEG files they differ a little from the original's (.4914, .4822, .4465).
    assert dataset.mean == pytest.approx((0.4914, 0.4822, 0.4465), abs=5e-3)
    assert dataset.std == pytest.approx((0.2470, 0.2435, 0.2616), abs=5e-3)
    last = sorted((real_images / "train" / dataset.classes[-1]).iterdir())[per_class - 1]
    expected = np.asarray(Image.open(last)).transpose(2, 0, 1)
    assert np.array_equal(dataset.train.images[-1].numpy(), expected)
