"""The global random generators: torch's, which dropout draws from, Python's and numpy's.

The latter two are for networks of a person's own. All states are tensors, so
that a checkpoint holds nothing that runs.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

_WORDS = 624
"""Of 32 bits in a Mersenne Twister's state, which a place in it comes after."""
_PYTHONS_VERSION = 3
"""Of the layout of `random.getstate()`, since Python 3.2."""


def seed_generators(seed: int) -> None:
    """Seed all of them, of every device; Python's alone takes more than a seed's low 32 bits."""
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed % 2**32)


def random_state(device: torch.device) -> dict[str, Tensor]:
    """Of the generators of torch on the CPU and the run's device, of Python's and numpy's."""
    state = {"cpu": torch.get_rng_state(), **_python_state(), **_numpy_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def set_random_state(state: Mapping[str, Tensor], device: torch.device) -> None:
    """Raises `LookupError`, `RuntimeError`, `TypeError` or `ValueError` for what is no state.

    One that lacks Python's and numpy's, as earlier versions wrote it, leaves these as they are.
    """
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and device.type == "cuda":
        torch.cuda.set_rng_state(state["cuda"], device)
    if "python" in state:
        _set_python_state(state)
        _set_numpy_state(state)


def _python_state() -> dict[str, Tensor]:
    _, words, gauss = random.getstate()
    return {"python": torch.tensor(words), "python_gauss": _kept_gauss(gauss)}


def _numpy_state() -> dict[str, Tensor]:
    state: Any = np.random.get_state(legacy=False)
    words = [*state["state"]["key"].tolist(), state["state"]["pos"]]
    gauss = state["gauss"] if state["has_gauss"] else None
    return {"numpy": torch.tensor(words), "numpy_gauss": _kept_gauss(gauss)}


def _set_python_state(state: Mapping[str, Tensor]) -> None:
    gauss, words = _gauss(state["python_gauss"]), (*_words(state["python"]),)
    random.setstate((_PYTHONS_VERSION, words, gauss[0] if gauss else None))


def _set_numpy_state(state: Mapping[str, Tensor]) -> None:
    *key, place = _words(state["numpy"])
    gauss, words = _gauss(state["numpy_gauss"]), np.array(key, np.uint32)
    np.random.set_state(("MT19937", words, place, len(gauss), gauss[0] if gauss else 0.0))


def _kept_gauss(gauss: float | None) -> Tensor:
    """Normal numbers are drawn in pairs: the second one, where it was not asked for yet."""
    return torch.tensor([] if gauss is None else [gauss], dtype=torch.float64)


def _gauss(kept: Tensor) -> list[float]:
    if kept.dtype != torch.float64 or kept.ndim != 1 or len(kept) > 1:
        raise ValueError(f"{tuple(kept.shape)} of {kept.dtype} are no number that was kept")
    numbers: list[float] = kept.tolist()
    return numbers


def _words(state: Tensor) -> list[int]:
    """A Mersenne Twister's words and the place in them, which numpy itself takes unseen."""
    if state.dtype != torch.int64 or state.shape != (_WORDS + 1,):
        raise ValueError(f"{tuple(state.shape)} of {state.dtype} are no generator's state")
    words: list[int] = state.tolist()
    if not all(0 <= word < 2**32 for word in words) or words[-1] > _WORDS:
        raise ValueError("a word of a generator's state is out of its range")
    return words
