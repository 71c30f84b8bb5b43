"""What a resume needs, as bytes and back.

`torch.save` writes it, `torch.load(weights_only=True)` reads it: tensors,
numbers, strings and their containers, nothing that runs.
"""

from __future__ import annotations

import json
import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import safetensors.torch
import torch
from torch import Tensor

from workbench.config.profile import RunProfile
from workbench.errors import CheckpointError
from workbench.events import Write
from workbench.training.early_stopping import Best
from workbench.training.hardware import Hardware

VERSION = 1

Weights = Mapping[str, Tensor]


@dataclass(frozen=True)
class Progress:
    """How far a run has come."""

    epoch: int = 0
    """The epoch being trained, or next."""
    step: int = 0
    """Steps done."""
    loss_sum: float = 0.0
    """Over the samples that the current epoch has trained so far."""
    correct: int = 0
    samples: int = 0
    best: Best = field(default_factory=Best)
    seconds: float = 0.0
    """The loop's time, over all attempts."""


@dataclass(frozen=True)
class Checkpoint:
    """A run between two steps."""

    profile: str
    """Of the run, as JSON."""
    data_fingerprint: str
    hardware: Hardware
    progress: Progress
    model: Weights
    """With buffers: batch norm's running statistics don't show in the training loss."""
    best_model: Weights
    """Empty before the first evaluation."""
    optimizer: Mapping[str, Any]
    random_state: Mapping[str, Tensor]

    def write(self, file: BinaryIO) -> None:
        torch.save({"version": VERSION, **_plain(self)}, file)


def _plain(checkpoint: Checkpoint) -> dict[str, Any]:
    """The fields as plain containers; tensors are not copied (dataclasses.asdict would)."""
    plain = dict(vars(checkpoint))
    plain["progress"] = asdict(checkpoint.progress)
    plain["hardware"] = {
        **asdict(checkpoint.hardware),
        "reasons": dict(checkpoint.hardware.reasons),
    }
    return plain


def read_checkpoint(path: Path) -> Checkpoint:
    """Load onto the CPU. Raises `CheckpointError` for a damaged or foreign file."""
    try:
        payload = torch.load(path, map_location="cpu", weights_only=True)
        return _decode(payload)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except (RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError) as error:
        # torch's own words advise loading it unsafely; they stay in the traceback.
        raise CheckpointError(f"{path}: is not a checkpoint of this program") from error


def _decode(payload: dict[str, Any]) -> Checkpoint:
    if payload["version"] != VERSION:
        raise CheckpointError(
            f"the checkpoint has format {payload['version']}, this program reads {VERSION}",
            hint="resume it with the version of workbench that wrote it (see env.json)",
        )
    progress = payload["progress"]
    return Checkpoint(
        profile=payload["profile"],
        data_fingerprint=payload["data_fingerprint"],
        hardware=Hardware(**payload["hardware"]),
        progress=Progress(**{**progress, "best": Best(**progress["best"])}),
        model=payload["model"],
        best_model=payload["best_model"],
        optimizer=payload["optimizer"],
        random_state=payload["random_state"],
    )


def weights_writer(weights: Weights, profile: RunProfile) -> Write:
    """Writes weights as safetensors, with the profile beside them: enough to use them elsewhere."""
    metadata = {"format": "pt", "profile": profile.model_dump_json()}

    def write(file: BinaryIO) -> None:
        file.write(safetensors.torch.save(dict(weights), metadata))

    return write


def check_same_run(checkpoint: Checkpoint, profile: RunProfile, data_fingerprint: str) -> None:
    """Raise `CheckpointError` where going on would not continue the same training."""
    changed = _changed_keys(json.loads(checkpoint.profile), profile.model_dump(mode="json"))
    if changed:
        raise CheckpointError(
            f"profile.toml has changed since the checkpoint was written: {', '.join(changed)}",
            hint="restore these values, or start a new run with the new ones",
        )
    if checkpoint.data_fingerprint != data_fingerprint:
        raise CheckpointError(
            "the data set has changed since the checkpoint was written",
            hint="restore the images, or start a new run",
        )


def _changed_keys(then: object, now: object, key: str = "") -> list[str]:
    """Dotted keys whose value is another one, but for the run's name.

    A key that the checkpoint lacks came with a later version of this program
    and has its default, which is what was trained.
    """
    if isinstance(then, dict) and isinstance(now, dict):
        return [
            changed
            for name, value in then.items()
            if (inner := f"{key}.{name}" if key else name) != "name"
            for changed in _changed_keys(value, now.get(name), inner)
        ]
    return [] if then == now else [key]


def capture_random_state() -> dict[str, Tensor]:
    """torch's generators, which dropout draws from."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def restore_random_state(state: Mapping[str, Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
