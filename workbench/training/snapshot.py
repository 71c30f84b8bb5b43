"""A training between two steps, taken as a checkpoint and put back."""

from __future__ import annotations

import copy
import json
from typing import BinaryIO

import safetensors.torch

from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.errors import CheckpointError
from workbench.events import Write
from workbench.training.checkpoint import Checkpoint, Weights
from workbench.training.learner import Learner
from workbench.training.position import Position
from workbench.training.random_state import random_state, set_random_state
from workbench.training.sameness import check_same_run, versions


def snapshot(
    learner: Learner, profile: RunProfile, position: Position, best_weights: Weights
) -> Checkpoint:
    """Refers to the live model: write it before the next step."""
    return Checkpoint(
        profile=profile.model_dump_json(),
        data_fingerprint=learner.dataset.fingerprint,
        versions=versions(),
        hardware=learner.hardware,
        position=position,
        model=learner.weights(),
        best_model=best_weights,
        optimizer=learner.optimizer.state_dict(),
        random_state=random_state(learner.device),
        average={} if learner.average is None else learner.average.weights(),
    )


def restore(learner: Learner, profile: RunProfile, checkpoint: Checkpoint) -> None:
    """Put weights, their average, optimizer and random state back; the checkpoint stays as it is.

    Raises `CheckpointError` where going on would not continue the same training.
    """
    check_same_run(checkpoint, profile, learner.dataset)
    _restore_weights(learner, checkpoint)
    if learner.average is not None:
        learner.average.load(checkpoint.average)
    learner.optimizer.load_state_dict(
        {
            # torch keeps the tensors that it is given, and updates them in place.
            "state": copy.deepcopy(checkpoint.optimizer["state"]),
            # The options are the profile's, which may have been changed by force.
            "param_groups": learner.optimizer.state_dict()["param_groups"],
        }
    )
    set_random_state(checkpoint.random_state, learner.device)


def _restore_weights(learner: Learner, checkpoint: Checkpoint) -> None:
    try:
        learner.model.load_state_dict(checkpoint.model)
    except RuntimeError as error:
        # Its first line only repeats the class's name.
        _, *details = (line.strip().rstrip(".") for line in str(error).splitlines())
        what = details[0] if details else str(error)
        raise CheckpointError(
            f"the checkpoint's weights do not fit the model: {what}",
            hint="restore the model, or start a new run",
        ) from error


def weights_writer(weights: Weights, profile: RunProfile, dataset: Dataset) -> Write:
    """Writes weights as safetensors, with all that another program needs to use them."""
    metadata = {
        "format": "pt",
        "profile": profile.model_dump_json(),
        "classes": json.dumps(dataset.classes),
        "mean": json.dumps(dataset.mean),
        "std": json.dumps(dataset.std),
    }

    def write(file: BinaryIO) -> None:
        file.write(safetensors.torch.save(dict(weights), metadata))

    return write
