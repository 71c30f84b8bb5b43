"""What a resume needs, as bytes and back.

`torch.save` writes it, `torch.load(weights_only=True)` reads it: tensors,
numbers, strings and their containers, nothing that runs. What is read may be
anybody's: only the types are checked here, `snapshot.restore` checks the rest.
"""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import torch
from pydantic import TypeAdapter
from torch import Tensor

from workbench.config.wording import shown
from workbench.errors import CheckpointError
from workbench.training.hardware import Hardware
from workbench.training.position import Position

VERSION = 1

Weights = Mapping[str, Tensor]

_POSITION, _HARDWARE = TypeAdapter(Position), TypeAdapter(Hardware)
_MISSHAPEN = (
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    zipfile.BadZipFile,
)
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

    @property
    def is_finite(self) -> bool:
        """Whether the weights are; not asked of those that aren't in the best epoch either, as in
        a mask."""
        return all(
            weight.isfinite().all()
            for name, weight in self.model.items()
            if name not in self.best_model or self.best_model[name].isfinite().all()
        )

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
        _check_sizes(path)
        payload = torch.load(path, map_location="cpu", weights_only=True)
        return _decode(payload)
    except OSError as error:
        raise CheckpointError(f"{path}: {error.strerror}") from error
    except (RuntimeError, EOFError, pickle.UnpicklingError, *_MISSHAPEN) as error:
        # torch's own words advise loading it unsafely; they stay in the traceback.
        raise CheckpointError(f"{path}: is not a checkpoint of this program") from error


def _check_sizes(path: Path) -> None:
    """Raises `ValueError` where a file would take more memory than it has bytes.

    torch writes a zip of records as they are, and would read compressed ones too.
    """
    with zipfile.ZipFile(path) as file:
        records = file.infolist()
    if any(record.compress_type != zipfile.ZIP_STORED for record in records):
        raise ValueError("a record is compressed")
    if sum(record.file_size for record in records) > path.stat().st_size:
        raise ValueError("the records are larger than the file")


def _decode(payload: dict[str, Any]) -> Checkpoint:
    if payload["version"] != VERSION:
        raise CheckpointError(
            f"the checkpoint has format {shown(payload['version'])}, this program reads {VERSION}",
            hint="resume it with the version of workbench that wrote it (see env.json); "
            "--force cannot help",
        )
    return Checkpoint(
        profile=_text(payload["profile"]),
        data_fingerprint=_text(payload["data_fingerprint"]),
        versions={_text(name): _text(version) for name, version in payload["versions"].items()},
        hardware=_HARDWARE.validate_python(payload["hardware"]),
        position=_POSITION.validate_python(payload["position"]),
        model=_tensors(payload["model"]),
        best_model=_tensors(payload["best_model"]),
        optimizer={"state": _optimizer_state(payload["optimizer"]["state"])},
        random_state=_tensors(payload["random_state"]),
        average=_tensors(payload.get("average", {})),  # a checkpoint from before there was one
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return value


def _tensors(value: object) -> Weights:
    """As it is: with the versions of its modules, which a state_dict bears as an attribute."""
    if not isinstance(value, dict) or not all(
        isinstance(name, str) and _is_plain(tensor) for name, tensor in value.items()
    ):
        raise TypeError("no tensors by name")
    return value


def _optimizer_state(value: object) -> dict[int, Mapping[str, Tensor | None]]:
    """By parameter; SGD has None for the momentum of one that had no gradient yet."""
    if not isinstance(value, dict) or not all(isinstance(number, int) for number in value):
        raise TypeError("no state by number of parameter")
    for state in value.values():
        _tensors({name: entry for name, entry in state.items() if entry is not None})
    return value


def _is_plain(value: object) -> bool:
    """Whether it is a tensor whose numbers are there, one after the other."""
    return (
        isinstance(value, Tensor)
        and value.device.type == "cpu"
        and value.layout == torch.strided
        and not value.is_quantized
    )
