"""A training between two steps, taken as a checkpoint and put back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, BinaryIO

import safetensors.torch
from torch import Tensor

from workbench.config.profile import RunProfile
from workbench.config.wording import printable, shortened, shown
from workbench.data.dataset import Dataset
from workbench.errors import CheckpointError
from workbench.events import Write
from workbench.training.checkpoint import Checkpoint, Weights
from workbench.training.learner import Learner
from workbench.training.optimizer_state import load_state
from workbench.training.position import Position
from workbench.training.random_state import random_state, set_random_state
from workbench.training.sameness import check_same_run, versions

_MESSAGE_LENGTH = 300
"""Characters of torch's words on weights that do not fit: they name the checkpoint's own."""


def snapshot(
    learner: Learner, profile: RunProfile, position: Position, best_weights: Weights
) -> Checkpoint:
    """Has copies of all that the next step changes: write it whenever, in any thread."""
    live = learner.weights(), learner.optimizer.state_dict(), _averages(learner)
    # All at once, so that tensors that share their memory still do.
    model, optimizer, average = _on_cpu(deepcopy(live))
    return Checkpoint(
        profile=profile.model_dump_json(),
        data_fingerprint=learner.dataset.fingerprint,
        versions=versions(),
        hardware=learner.hardware,
        position=position,
        model=model,
        best_model=best_weights,
        optimizer=optimizer,
        random_state=random_state(learner.device),
        average=average,
    )


def _on_cpu(value: Any) -> Any:
    """With all tensors in it on the CPU; a GPU's memory is not for other threads to read."""
    match value:
        case Tensor():
            return value.cpu()
        case dict():
            for key, entry in value.items():
                value[key] = _on_cpu(entry)
            return value
        case list() | tuple():
            return type(value)(map(_on_cpu, value))
        case _:
            return value


def _averages(learner: Learner) -> Weights:
    return {} if learner.average is None else learner.average.weights()


def restore(learner: Learner, profile: RunProfile, checkpoint: Checkpoint) -> None:
    """Put weights, their average, optimizer and random state back; the checkpoint stays as it is.

    Raises `CheckpointError` where going on would not continue the same training.
    """
    check_same_run(checkpoint, profile, learner.dataset)
    _restore_weights(learner, checkpoint)
    if checkpoint.best_model or checkpoint.position.best.epoch >= 0:
        _check_weights(checkpoint.best_model, learner.weights(), "best weights")
    if learner.average is not None:
        averages = learner.average.weights()
        # Where none were taken yet they begin at the weights, of which it has more.
        given = {name: w for name, w in checkpoint.average.items() if name in averages}
        _check_weights(given, averages, "averages")
        learner.average.load(given)
    parameters = [*learner.model.parameters()]
    state = checkpoint.optimizer["state"]
    load_state(learner.optimizer, profile.optimizer, parameters, state)
    _restore_random_state(learner, checkpoint)


def _restore_weights(learner: Learner, checkpoint: Checkpoint) -> None:
    try:
        learner.model.load_state_dict(checkpoint.model)
    except RuntimeError as error:
        # Its first line only repeats the class's name.
        _, *details = (line.strip().rstrip(".") for line in str(error).splitlines())
        what = details[0] if details else str(error)
        raise _does_not_fit("weights", printable(shortened(what, _MESSAGE_LENGTH))) from error


def _check_weights(given: Weights, wanted: Mapping[str, Tensor], what: str) -> None:
    """They are loaded only when the training has finished: it must not be lost then."""
    if lacking := [*wanted.keys() ^ given.keys()]:
        raise _does_not_fit(what, f"{shown(min(lacking))} is in one of them alone")
    for name, weight in wanted.items():
        if given[name].shape != weight.shape:
            raise _does_not_fit(what, f"{shown(name)} has shape {(*given[name].shape,)}")


def _does_not_fit(what: str, why: str) -> CheckpointError:
    return CheckpointError(
        f"the checkpoint's {what} do not fit the model: {why}",
        hint="restore the model, or start a new run",
    )


def _restore_random_state(learner: Learner, checkpoint: Checkpoint) -> None:
    try:
        set_random_state(checkpoint.random_state, learner.device)
    except (LookupError, RuntimeError, TypeError, ValueError) as error:
        raise CheckpointError(
            "the checkpoint's random state is none of this program's",
            hint="resume it with the version of workbench that wrote it (see env.json)",
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
