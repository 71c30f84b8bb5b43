"""Tensors by name from a file that somebody else wrote; nothing in it is ever run."""

from __future__ import annotations

import errno
import pickle
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from workbench.config.wording import printable, shown
from workbench.errors import ModelError

_INNER = ("state_dict", "model")
"""Where a full checkpoint keeps its weights."""

_HOW_TO_SAVE = "save a network's weights with torch.save(network.state_dict(), path)"


def read_weights(path: Path) -> dict[str, Tensor]:
    """The weights in a .safetensors file, or else in one of torch's, on the CPU.

    Names are without the "module." that torch's DistributedDataParallel puts
    before them. Raises `ModelError` with the path where there is no such file,
    or it holds anything else than tensors.
    """
    try:
        content = _content(path)
    except OSError as error:
        raise ModelError(
            f"{path}: {error.strerror or printable(str(error))}",
            hint="set model.weights to a .safetensors or .pth file, or to '' for random weights",
        ) from error
    except Exception as error:
        runs_code = isinstance(error, pickle.UnpicklingError) and "GLOBAL" in str(error)
        found = (
            "it holds more than tensors, and reading that could run code"
            if runs_code
            else "it is not a file of weights, or damaged"
        )
        raise ModelError(f"{path}: {found}", hint=_HOW_TO_SAVE) from error
    return {name.removeprefix("module."): value for name, value in _tensors(content, path).items()}


def _content(path: Path) -> object:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):  # a named pipe would be waited for
        what = "it is a folder" if stat.S_ISDIR(mode) else "it is not a regular file"
        raise OSError(errno.EINVAL, what)
    if path.suffix == ".safetensors":
        return load_file(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a file's age; what matters is in the exception
        return torch.load(path, map_location="cpu", weights_only=True)


def _tensors(content: object, path: Path) -> dict[str, Tensor]:
    state = _state_dict(content)
    tensors: dict[str, Tensor] = {}
    for name, value in state.items():
        if not isinstance(value, Tensor):
            raise ModelError(f"{path}: {shown(name)} in it is no tensor", hint=_HOW_TO_SAVE)
        tensors[str(name)] = value
    if not tensors:
        raise ModelError(f"{path}: there are no tensors in it", hint=_HOW_TO_SAVE)
    return tensors


def _state_dict(content: object) -> Mapping[object, object]:
    if not isinstance(content, Mapping):
        return {}
    for key in _INNER:
        if isinstance(inner := content.get(key), Mapping):
            return inner
    return content
