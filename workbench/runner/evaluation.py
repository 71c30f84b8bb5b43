"""Evaluate a run's weights on one of its sets."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any

import safetensors.torch
from safetensors import SafetensorError

from workbench.data.dataset import Dataset, Progress, load_dataset, no_progress
from workbench.errors import CheckpointError, DataError
from workbench.store.runs import Run
from workbench.training.evaluation import Evaluation
from workbench.training.hardware import decide
from workbench.training.learner import Learner, Split

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunEvaluation:
    split: Split
    classes: tuple[str, ...]
    result: Evaluation


def evaluate_run(
    run: Run, split: Split, *, device: str = "auto", decoding: Progress = no_progress
) -> RunEvaluation:
    """Loss, accuracy and confusion table of the run's best weights on `split`.

    Raises `CheckpointError` where the run has no weights or they don't fit its
    profile, `DataError` where it holds no images out, and what loading the
    data raises.
    """
    profile = run.load_profile()
    if not run.weights_path.is_file():
        raise CheckpointError(
            f"run {run.id} has no weights yet",
            hint="they are written after its first epoch",
        )
    dataset = _as_trained(run, load_dataset(profile.data, profile.seed, decoding))
    if split == "val" and not len(dataset.validation):
        raise DataError(
            f"run {run.id} has no validation part: its data.validation is 0",
            hint="evaluate it on the test set",
        )
    learner = Learner(profile, dataset, decide(profile.training, device))
    try:
        weights = safetensors.torch.load_file(run.weights_path)
        learner.model.load_state_dict(weights)
    except (SafetensorError, RuntimeError, OSError) as error:
        raise CheckpointError(
            f"{run.weights_path}: are not the weights of this run's model"
        ) from error
    return RunEvaluation(split, dataset.classes, learner.evaluate(split))


def _as_trained(run: Run, dataset: Dataset) -> Dataset:
    """The images of today, normalised as in training; a warning where they are others."""
    then = run.environment.get("data", {})
    if not then or then.get("fingerprint") == dataset.fingerprint:
        return dataset
    logger.warning("the data set has changed since run %s was trained", run.id)
    statistics: dict[str, Any] = {
        name: tuple(then[name]) for name in ("mean", "std", "test_mean", "test_std")
    }
    return replace(dataset, **statistics)
