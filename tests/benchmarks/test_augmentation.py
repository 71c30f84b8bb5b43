"""The benchmark of augmentations runs, at sizes that take little time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from benchmarks.__main__ import main
from benchmarks.augmentation import PROFILE, WAYS
from benchmarks.images import from_folder
from tests.benchmarks.small import write_images
from workbench.config.loading import load_profile
from workbench.data.dataset import load_dataset


def test_every_way_but_kornia_needs_nothing_installed_and_runs_on_one_thread(
    tmp_path: Path,
) -> None:
    ways = ["--only=pil", "--only=v2", "--only=workbench"]
    sizes = ["--rounds=1", "--batches=1", "--batch-size=4"]
    arguments = ["augmentation", f"--images={write_images(tmp_path)}", *ways, *sizes, "--json"]
    threads = torch.get_num_threads()
    results = json.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).output)
    assert torch.get_num_threads() == threads
    assert [result["name"] for result in results] == ["pil", "v2", "workbench"]
    assert results[0]["ratio"] == 1
    assert all(result["ratio"] > 0 for result in results)


@pytest.mark.parametrize("way", [*WAYS])
def test_all_ways_end_with_normalised_images_that_differ_from_one_another(
    way: str, tmp_path: Path
) -> None:
    if way == "kornia":
        pytest.importorskip("kornia")
    profile = load_profile(PROFILE, from_folder(write_images(tmp_path))).profile
    dataset = load_dataset(profile.data, profile.seed)
    batch = torch.full((16, 3, 32, 32), 200, dtype=torch.uint8)
    augmented = WAYS[way](profile, dataset)(batch)
    assert augmented.shape == batch.shape
    assert augmented.dtype == torch.float32
    normal = (200 / 255 - torch.tensor(dataset.mean)) / torch.tensor(dataset.std)
    assert (augmented.mean((0, 2, 3)) - normal).abs().max() < 0.5
    assert len(augmented.mean((1, 2, 3)).unique()) > 8
