"""Evaluate a run's weights on one of its sets."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import safetensors.torch
from pydantic import BaseModel, ValidationError
from safetensors import SafetensorError

from workbench.data.dataset import Dataset, Progress, load_dataset, no_progress
from workbench.errors import CheckpointError, DataError
from workbench.runner.own_code import runnable_profile
from workbench.store.runs import Run
from workbench.training.evaluation import Evaluation
from workbench.training.hardware import decide
from workbench.training.learner import Split, learner_to_restore

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunEvaluation:
    split: Split
    classes: tuple[str, ...]
    result: Evaluation


class _DataThen(BaseModel):
    """What env.json says of the data; see `environment.describe_data`."""

    fingerprint: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    test_mean: tuple[float, ...]
    test_std: tuple[float, ...]


def evaluate_run(
    run: Run, split: Split, *, device: str = "auto", decoding: Progress = no_progress
) -> RunEvaluation:
    """Loss, accuracy and confusion table of the run's best weights on `split`.

    Raises `CheckpointError` where the run has no weights or they don't fit its
    profile, `DataError` where it holds no images out, `CallableError` for code
    in a run's folder, and what loading the data raises.
    """
    profile = runnable_profile(run)
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
    hardware = replace(decide(profile.training, device), compile=False)  # nothing is trained
    learner = learner_to_restore(profile, dataset, hardware)
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
    try:
        then = _DataThen.model_validate(run.environment.get("data"))
    except ValidationError:
        logger.warning("env.json of run %s does not tell what data it was trained on", run.id)
        return dataset
    if then.fingerprint == dataset.fingerprint:
        return dataset
    logger.warning("the data set has changed since run %s was trained", run.id)
    return replace(
        dataset, mean=then.mean, std=then.std, test_mean=then.test_mean, test_std=then.test_std
    )
