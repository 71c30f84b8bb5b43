"""Whether a checkpoint is of the training that is to go on, and taking it over where it is not."""

from __future__ import annotations

import json
import logging
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch

from workbench.config.profile import RunProfile
from workbench.config.wording import printable, shortened
from workbench.data.dataset import Dataset
from workbench.errors import CheckpointError
from workbench.training.checkpoint import Checkpoint
from workbench.training.hardware import Hardware

logger = logging.getLogger(__name__)

_MAY_CHANGE: dict[str, Any] = {
    "name": True,
    "data": {"root": True, "folder": True},
    "model": {"folder": True},
    "training": {"eval_batch_size": True, "checkpoint_minutes": True},
}
"""Keys that do not change the training, where a profile has them: the images themselves are told
apart by their fingerprint, and code of one's own may move."""

_FORCE = "; --force goes on all the same"


@dataclass(frozen=True)
class Change:
    """A key of the profile whose value is another than the checkpoint's."""

    key: str
    """Dotted."""
    then: object
    now: object

    def __str__(self) -> str:
        return f"{self.key} was {_short(self.then)} and is {_short(self.now)}"


def check_same_run(checkpoint: Checkpoint, profile: RunProfile, dataset: Dataset) -> None:
    """Raises `CheckpointError` where going on would not continue the same training."""
    if changes := profile_changes(checkpoint, profile):
        keys = ", ".join(change.key for change in changes)
        raise CheckpointError(
            f"profile.toml has changed since the checkpoint was written: {keys}",
            hint=f"restore these values, or start a new run with the new ones{_FORCE}",
        )
    if checkpoint.data_fingerprint != dataset.fingerprint:
        raise CheckpointError(
            "the data set has changed since the checkpoint was written",
            hint=f"restore the images, or start a new run{_FORCE}",
        )
    _tell_of_last_bits(checkpoint, profile)
    for package, version in versions().items():
        if (before := checkpoint.versions.get(package, "another")) != version:
            logger.warning(
                "the run was trained with %s %s and goes on with %s: last bits may differ",
                package, printable(shortened(before)), version,
            )  # fmt: skip


def _tell_of_last_bits(checkpoint: Checkpoint, profile: RunProfile) -> None:
    """Losses of an evaluation are rounded batch by batch, and its batches are another size."""
    then = _trained_profile(checkpoint).training.eval_batch_size
    if then != (now := profile.training.eval_batch_size):
        logger.warning(
            "training.eval_batch_size was %d and is %d: last bits of evaluations may differ",
            then, now,
        )  # fmt: skip


def adopted(
    checkpoint: Checkpoint, profile: RunProfile, dataset: Dataset, decided: Hardware
) -> Checkpoint:
    """The checkpoint as if it were of this profile and data set; a warning for each difference.

    `decided` is what this profile's "auto" and explicit choices become here; it
    holds for those that changed. An optimizer of another kind starts without
    memory, and averages that were not taken start at the weights.
    """
    _tell_of_last_bits(checkpoint, profile)
    changes = {change.key: change for change in profile_changes(checkpoint, profile)}
    for change in changes.values():
        logger.warning("--force: goes on though %s", change)
    if checkpoint.data_fingerprint != dataset.fingerprint:
        logger.warning("--force: goes on though the data set has changed")
    hardware = checkpoint.hardware
    if "training.precision" in changes:
        hardware = replace(hardware, precision=decided.precision)
    if "training.compile" in changes:
        hardware = replace(hardware, compile=decided.compile)
    return replace(
        checkpoint,
        profile=profile.model_dump_json(),
        data_fingerprint=dataset.fingerprint,
        hardware=hardware,
        optimizer={"state": {}} if "optimizer.kind" in changes else checkpoint.optimizer,
        average=checkpoint.average or checkpoint.model,
    )


def versions() -> dict[str, str]:
    """Of what decides a result's last bits."""
    return {"torch": str(torch.__version__)}


def profile_changes(checkpoint: Checkpoint, profile: RunProfile) -> list[Change]:
    """What decides results and is not as it was when the checkpoint was written."""
    return _changes(_comparable(_trained_profile(checkpoint)), _comparable(profile))


def _trained_profile(checkpoint: Checkpoint) -> RunProfile:
    """The checkpoint's profile; keys of a later version get the defaults that held then too."""
    try:
        # Not model_validate_json: its strictness has another idea of paths than that of TOML.
        return RunProfile.model_validate(json.loads(checkpoint.profile))
    except (ValueError, RecursionError) as error:  # pydantic's ValidationError is one
        raise CheckpointError(
            "the checkpoint's profile is not valid in this version of workbench",
            hint="resume it with the version of workbench that wrote it (see env.json); "
            "--force cannot help",
        ) from error


def _comparable(profile: RunProfile) -> object:
    return profile.model_dump(mode="json", exclude=_MAY_CHANGE)


def _changes(then: object, now: object, key: str = "") -> list[Change]:
    """A list counts as one value, and a table that is new or gone too."""
    if not (isinstance(then, Mapping) and isinstance(now, Mapping)):
        return [] if then == now else [Change(key, then, now)]
    return [
        change
        for name in {**then, **now}
        for change in _changes(then.get(name), now.get(name), f"{key}.{name}" if key else name)
    ]


def _short(value: object) -> str:
    """None is no value of a profile: such a key was not there."""
    return "not there" if value is None else textwrap.shorten(json.dumps(value), 60)
