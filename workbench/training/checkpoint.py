"""What a resume needs, as bytes and back.

`torch.save` writes it, `torch.load(weights_only=True)` reads it: tensors,
numbers, strings and their containers, nothing that runs.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import torch
from pydantic import TypeAdapter
from torch import Tensor

from workbench.errors import CheckpointError
from workbench.training.hardware import Hardware
from workbench.training.position import Position

VERSION = 1

Weights = Mapping[str, Tensor]

_POSITION, _HARDWARE = TypeAdapter(Position), TypeAdapter(Hardware)
_MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError)
"""What taking a file's content for a checkpoint raises where it is none."""


@dataclass(frozen=True)
class Checkpoint:
    """A run between two steps."""

    profile: str
    """Of the run, as JSON."""
    data_fingerprint: str
    versions: Mapping[str, str]
    """Of what computed it: other versions may round otherwise."""
    hardware: Hardware
    position: Position
    model: Weights
    """With buffers: batch norm's running statistics don't show in the training loss."""
    best_model: Weights
    """Empty before the first evaluation."""
    optimizer: Mapping[str, Any]
    random_state: Mapping[str, Tensor]
    average: Weights = field(default_factory=dict)
    """Moving averages of weights; empty where none are taken."""

    def write(self, file: BinaryIO) -> None:
        torch.save({"version": VERSION, **_plain(self)}, file)


def _plain(checkpoint: Checkpoint) -> dict[str, Any]:
    """The fields as plain containers; tensors are not copied (dataclasses.asdict would)."""
    plain = dict(vars(checkpoint))
    plain["versions"] = dict(checkpoint.versions)
    plain["position"] = asdict(checkpoint.position)
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
    except (RuntimeError, EOFError, pickle.UnpicklingError, *_MISSHAPEN) as error:
        # torch's own words advise loading it unsafely; they stay in the traceback.
        raise CheckpointError(f"{path}: is not a checkpoint of this program") from error


def _decode(payload: dict[str, Any]) -> Checkpoint:
    if payload["version"] != VERSION:
        raise CheckpointError(
            f"the checkpoint has format {payload['version']}, this program reads {VERSION}",
            hint="resume it with the version of workbench that wrote it (see env.json); "
            "--force cannot help",
        )
    return Checkpoint(
        profile=payload["profile"],
        data_fingerprint=payload["data_fingerprint"],
        versions=payload["versions"],
        hardware=_HARDWARE.validate_python(payload["hardware"]),
        position=_POSITION.validate_python(payload["position"]),
        model=payload["model"],
        best_model=payload["best_model"],
        optimizer=payload["optimizer"],
        random_state=payload["random_state"],
        average=payload.get("average", {}),  # a checkpoint from before there was one
    )
