"""A run's best weights on one of its sets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Protocol

import pytest
from safetensors.numpy import load_file, save_file

from workbench.config.profile import RunProfile
from workbench.errors import CheckpointError, DataError
from workbench.runner.attempts import train_run
from workbench.runner.evaluation import evaluate_run
from workbench.store.runs import Run, open_store
from workbench.training.learner import Split


class Undisturbed(Protocol):
    @property
    def run(self) -> Run: ...


@pytest.fixture
def copy(undisturbed: Undisturbed, tmp_path: Path) -> Run:
    """A finished run that may be damaged."""
    return Run(shutil.copytree(undisturbed.run.path, tmp_path / undisturbed.run.id))


@pytest.mark.parametrize(("split", "images"), [("train", 100), ("val", 20), ("test", 50)])
def test_each_set_is_evaluated_whole(undisturbed: Undisturbed, split: Split, images: int) -> None:
    evaluated = evaluate_run(undisturbed.run, split, device="cpu")
    assert evaluated.split == split
    assert evaluated.result.samples == images
    assert evaluated.result.confusion.shape == (10, 10)
    assert evaluated.classes == tuple(map(str, range(10)))


def test_evaluating_changes_nothing(copy: Run) -> None:
    before = {path: path.read_bytes() for path in copy.path.rglob("*") if path.is_file()}
    evaluate_run(copy, "test", device="cpu")
    assert before == {path: path.read_bytes() for path in copy.path.rglob("*") if path.is_file()}


def test_a_run_without_weights_yet_says_so(tmp_path: Path, profile: RunProfile) -> None:
    run = open_store(tmp_path).create(profile)
    with pytest.raises(CheckpointError, match="no weights yet") as caught:
        evaluate_run(run, "test", device="cpu")
    assert "first epoch" in caught.value.hint


def test_damaged_weights_are_named(copy: Run) -> None:
    copy.weights_path.write_bytes(copy.weights_path.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match=r"weights\.safetensors") as caught:
        evaluate_run(copy, "test", device="cpu")
    assert "\n" not in caught.value.message


def test_weights_of_another_model_are_refused(copy: Run) -> None:
    weights = load_file(copy.weights_path)
    save_file({f"other.{name}": values for name, values in weights.items()}, copy.weights_path)
    with pytest.raises(CheckpointError, match="not the weights of this run's model") as caught:
        evaluate_run(copy, "test", device="cpu")
    assert "\n" not in caught.value.message


def test_a_validation_part_that_was_not_held_out_cannot_be_evaluated(
    tmp_path: Path, profile: RunProfile
) -> None:
    data = profile.data.model_copy(update={"validation": 0.0})
    training = profile.training.model_copy(update={"epochs": 1})
    changed = profile.model_copy(update={"data": data, "training": training})
    run = train_run(changed, tmp_path, device="cpu")
    with pytest.raises(DataError, match=r"data\.validation is 0"):
        evaluate_run(run, "val", device="cpu")
    best = run.status().best
    assert best is not None
    assert evaluate_run(run, "test", device="cpu").result.accuracy == best.value


@pytest.mark.parametrize("data", ['{"fingerprint": "x"}', "[1]", "null"])
def test_a_damaged_env_json_is_a_warning(
    copy: Run, caplog: pytest.LogCaptureFixture, data: str
) -> None:
    expected = evaluate_run(copy, "test", device="cpu").result.loss
    (copy.path / "env.json").write_text(f'{{"data": {data}}}')
    assert evaluate_run(copy, "test", device="cpu").result.loss == expected
    assert "does not tell what data" in caplog.text


def test_other_images_are_a_warning_and_are_normalised_as_in_training(
    copy: Run, caplog: pytest.LogCaptureFixture
) -> None:
    environment = json.loads((copy.path / "env.json").read_text())
    environment["data"] |= {"fingerprint": "of other images", "test_mean": [0.9]}
    expected = evaluate_run(copy, "test", device="cpu").result.loss
    (copy.path / "env.json").write_text(json.dumps(environment))
    assert evaluate_run(copy, "test", device="cpu").result.loss != expected
    assert "the data set has changed" in caplog.text
