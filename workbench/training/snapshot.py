"""A training between two steps, taken as a checkpoint and put back."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Mapping
from typing import Any, BinaryIO

import safetensors.torch
import torch
from torch import Tensor

from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.errors import CheckpointError
from workbench.events import Write
from workbench.training.checkpoint import Checkpoint, Weights
from workbench.training.learner import Learner
from workbench.training.position import Position

logger = logging.getLogger(__name__)

_MAY_CHANGE: dict[str, Any] = {
    "name": True,
    "data": {"root": True, "folder": True},
    "model": {"folder": True},
    "training": {"eval_batch_size": True},
}
"""Keys that change no result, where a profile has them: the images themselves are told apart by
their fingerprint, and code of one's own may move."""


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
    _check_same_run(checkpoint, profile, learner.dataset)
    learner.model.load_state_dict(checkpoint.model)
    if learner.average is not None:
        learner.average.load(checkpoint.average)
    # torch keeps the tensors that it is given, and updates them in place.
    learner.optimizer.load_state_dict(copy.deepcopy(dict(checkpoint.optimizer)))
    set_random_state(checkpoint.random_state, learner.device)


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


def versions() -> dict[str, str]:
    return {"torch": str(torch.__version__)}


def random_state(device: torch.device) -> dict[str, Tensor]:
    """torch's generators of the CPU and of the run's device, which dropout draws from."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: Mapping[str, Tensor], device: torch.device) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)


def _check_same_run(checkpoint: Checkpoint, profile: RunProfile, dataset: Dataset) -> None:
    changed = _changed_keys(_comparable(_trained_profile(checkpoint)), _comparable(profile))
    if changed:
        raise CheckpointError(
            f"profile.toml has changed since the checkpoint was written: {', '.join(changed)}",
            hint="restore these values, or start a new run with the new ones",
        )
    if checkpoint.data_fingerprint != dataset.fingerprint:
        raise CheckpointError(
            "the data set has changed since the checkpoint was written",
            hint="restore the images, or start a new run",
        )
    for package, version in versions().items():
        if (before := checkpoint.versions.get(package)) != version:
            logger.warning(
                "the run was trained with %s %s and goes on with %s: last bits may differ",
                package, before, version,
            )  # fmt: skip


def _trained_profile(checkpoint: Checkpoint) -> RunProfile:
    """The checkpoint's profile; keys of a later version get the defaults that held then too."""
    try:
        # Not model_validate_json: its strictness has another idea of paths than that of TOML.
        return RunProfile.model_validate(json.loads(checkpoint.profile))
    except ValueError as error:  # pydantic's ValidationError is one
        raise CheckpointError(
            "the checkpoint's profile is not valid in this version of workbench",
            hint="resume it with the version of workbench that wrote it (see env.json)",
        ) from error


def _comparable(profile: RunProfile) -> object:
    return profile.model_dump(mode="json", exclude=_MAY_CHANGE)


def _changed_keys(then: object, now: object, key: str = "") -> list[str]:
    """Dotted keys whose values differ; a list counts as one value."""
    if not (isinstance(then, dict) and isinstance(now, dict)):
        return [] if then == now else [key]
    return [
        changed
        for name in {**then, **now}
        for changed in _changed_keys(
            then.get(name), now.get(name), f"{key}.{name}" if key else name
        )
    ]
