"""docs/your-own-data.md, followed to the letter on a folder of images."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from torch import Tensor

from workbench import open_store
from workbench.cli.main import cli
from workbench.data.dataset import load_dataset

PAGE = (Path(__file__).parents[1] / "docs" / "your-own-data.md").read_text()
SHORTER = ["--set", "training.epochs=1", "--set", "data.image_size=32"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a newcomer stands: `pictures/` with two classes, of several sizes and modes."""
    modes = ("RGB", "L", "RGBA", "P", "CMYK")
    for label, name in enumerate(("cats", "dogs")):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(40):
            pixels = np.random.default_rng(number).integers(0, 256, (40 + number, 50, 3), np.uint8)
            image = Image.fromarray(pixels // (1 + label)).convert(modes[number % len(modes)])
            image.save(tmp_path / "pictures" / name / f"{number:03}.tif")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WORKBENCH_RUNS", raising=False)
    return tmp_path


def blocks(language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return [text for name, text in fenced if name == language]


def calls() -> Iterator[list[str]]:
    for block in blocks(""):
        for line in block.splitlines():
            if line.startswith("workbench "):
                yield shlex.split(line)[1:]


def write_files(folder: Path) -> None:
    """The page's files: blocks that begin with their name."""
    for block in [*blocks("toml"), *blocks("python")]:
        if match := re.match(r"# (\S+\.(?:toml|py))\n", block):
            (folder / match[1]).write_text(block)


def test_the_way_from_a_folder_to_a_model_elsewhere(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(folder)
    done = []
    for call in calls():
        shorter = SHORTER if call[:2] == ["run", "mine.toml"] else []
        result = CliRunner().invoke(cli, [*call, *shorter])
        assert result.exit_code == 0, (call, result.output)
        done.append(call[0])
    assert done == ["check", "run", "show", "evaluate", "run", "run"]
    capsys.readouterr()
    elsewhere: dict[str, Any] = {}
    exec(blocks("python")[-1], elsewhere)
    assert re.fullmatch(r"000\.tif: (cats|dogs) \(\d+%\)\n", capsys.readouterr().out)
    assert is_as_trained(elsewhere["image"], elsewhere["pixels"])


def is_as_trained(image: Image.Image, pixels: Tensor) -> bool:
    """Whether the page prepares its image to the byte, and normalises it, as training did."""
    profile = open_store("runs").find("resnet").load_profile()
    dataset = load_dataset(profile.data, profile.seed)
    channels_first = np.asarray(image).transpose(2, 0, 1)
    mean, std = (np.reshape(values, (3, 1, 1)) for values in (dataset.mean, dataset.std))
    assert np.allclose(pixels, (channels_first / 255 - mean) / std, atol=1e-5)
    parts = (dataset.train, dataset.validation, dataset.test)
    return any((part.images.numpy() == channels_first).all((1, 2, 3)).any() for part in parts)


@pytest.mark.parametrize("key", re.findall(r"`((?:data|training|model)\.\w+)", PAGE))
def test_every_key_it_names_exists(key: str) -> None:
    from workbench.config.schema import fields, kinds, run_schema

    section, _, name = key.partition(".")
    node = fields(run_schema())[section]
    assert any(name in fields(choice) for choice in (node, *kinds(node).values()))
