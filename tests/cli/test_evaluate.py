"""`workbench evaluate`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

from workbench.store.runs import Run

Workbench = Callable[..., Result]

PICTURES = """
[data]
kind = "image_folder"
root = "pictures"
validation = 0
[model]
kind = "se_resnet"
blocks = 1
[training]
epochs = 1
batch_size = 3
"""


def test_loss_accuracy_and_confusion_table_of_the_test_set(
    workbench: Workbench, trained: Run
) -> None:
    result = workbench("evaluate", "latest")
    assert (result.exit_code, result.stderr) == (0, "")
    what, numbers, empty, title, head, *rows = result.stdout.splitlines()
    recorded = trained.status().metrics["test/top5_accuracy"]
    assert what == f"{trained.id}: best weights on the test set, 50 images"
    assert numbers.startswith("loss ")
    assert numbers.endswith(f", top-5 {100 * recorded:.2f} %")
    assert empty == ""
    assert title == "Confusion   test set   rows: true class, columns: predicted class"
    assert head.split() == [*"0123456789", "right"]
    assert [row.split()[0] for row in rows] == [*"0123456789"]
    assert sum(int(cell) for row in rows for cell in row.split()[1:11] if cell != "·") == 50


def test_the_numbers_are_those_that_training_recorded(workbench: Workbench, trained: Run) -> None:
    recorded = trained.status().metrics
    for split, samples in (("test", 50), ("val", 24)):
        found = json.loads(workbench("evaluate", trained.id, "--on", split, "--json").stdout)
        assert (found["id"], found["split"], found["samples"]) == (trained.id, split, samples)
        assert found["accuracy"] == recorded[f"{split}/accuracy"]
        assert found["top5_accuracy"] == recorded[f"{split}/top5_accuracy"]
        assert found["loss"] == pytest.approx(recorded[f"{split}/loss"], rel=1e-6)
        assert np.array(found["confusion"]).sum() == samples
        assert found["classes"] == [*"0123456789"]
        counts = np.array(found["confusion"])
        recalls = [float(row[i] / row.sum()) for i, row in enumerate(counts)]
        assert found["per_class_accuracy"] == pytest.approx(recalls)


def test_the_training_part_can_be_looked_at_too(workbench: Workbench, trained: Run) -> None:
    result = workbench("evaluate", trained.id, "--on", "train", "--device", "cpu")
    assert "best weights on the train set, 96 images" in result.stdout


# What is refused


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--on", "elsewhere"], "invalid value for '--on'"),
        (["--device", "gpu0"], "'gpu0' is not a device"),
    ],
)
def test_a_wrong_option_exits_2(
    workbench: Workbench, trained: Run, args: list[str], message: str
) -> None:
    result = workbench("evaluate", trained.id, "--json", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def test_a_run_without_weights_exits_2(workbench: Workbench, trained: Run) -> None:
    trained.weights_path.unlink()
    result = workbench("evaluate", trained.id)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: run {trained.id} has no weights yet" in result.stderr


def test_weights_of_another_model_exit_2(workbench: Workbench, trained: Run) -> None:
    trained.weights_path.write_bytes(b"something else")
    result = workbench("evaluate", trained.id)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "are not the weights of this run's model" in result.stderr


def test_a_damaged_profile_exits_2(workbench: Workbench, trained: Run) -> None:
    (trained.path / "profile.toml").write_text("name = [")
    assert workbench("evaluate", trained.id).exit_code == 2


# Classes of a folder


@pytest.fixture
def of_pictures(workbench: Workbench, tmp_path: Path) -> Callable[[list[str]], None]:
    """Trains a run for one step on a folder of classes with these names."""

    def train(names: list[str]) -> None:
        for part in ("train", "test"):
            for name in names:
                folder = tmp_path / "pictures" / part / name
                folder.mkdir(parents=True)
                Image.new("RGB", (8, 8)).save(folder / "0.png")
                Image.new("RGB", (8, 8), "white").save(folder / "1.png")
        profile = tmp_path / "pictures.toml"
        profile.write_text(PICTURES)
        result = workbench("run", profile)
        assert result.exit_code == 0

    return train


def test_decoding_is_told_of_and_a_class_name_cannot_steer_the_terminal(
    workbench: Workbench,
    of_pictures: Callable[[list[str]], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_pictures(["cat", "dog\x1b[31m", "[red]"])
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "empty cache"))
    result = workbench("evaluate", "latest")
    assert result.exit_code == 0
    assert re.search(r"decoding .*images: \d+ done\n", result.stderr)
    assert "\x1b" not in result.stdout
    assert "dog\\x1b[31m" in result.stdout
    assert "[red]" in result.stdout


def test_three_classes_have_no_top_5_accuracy(
    workbench: Workbench, of_pictures: Callable[[list[str]], None]
) -> None:
    of_pictures(["cat", "dog", "ray"])
    assert "top-5" not in workbench("evaluate", "latest").stdout
    found = json.loads(workbench("evaluate", "latest", "--json").stdout)
    assert found["top5_accuracy"] is None
    assert len(found["per_class_accuracy"]) == 3


def test_of_many_classes_the_worst_are_shown_and_json_has_the_table(
    workbench: Workbench, of_pictures: Callable[[list[str]], None]
) -> None:
    of_pictures([f"class-{number}" for number in range(21)])
    text = workbench("evaluate", "latest").stdout
    assert "\nConfusion   test set   the worst of 21 classes; --json has all\n" in text
    assert text.splitlines()[-1].startswith("class-")
    found: dict[str, Any] = json.loads(workbench("evaluate", "latest", "--json").stdout)
    assert np.array(found["confusion"]).shape == (21, 21)
