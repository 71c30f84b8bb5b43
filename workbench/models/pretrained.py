"""Weights that somebody else trained, fitted to a network for other classes or channels."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from workbench.config.wording import listed, printable, shortened
from workbench.errors import ModelError
from workbench.models.weights_file import read_weights

logger = logging.getLogger(__name__)

_RENAMED = (
    (re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\."), r"\1\2."),
    (re.compile(r"\.mlp\.linear_1\."), ".mlp.0."),
    (re.compile(r"\.mlp\.linear_2\."), ".mlp.3."),
)
"""Names of layers in torchvision's published DenseNets and vision transformers, and today's."""

_AUXILIARY_HEADS = ("aux1.", "aux2.", "AuxLogits.")
"""GoogLeNet's and Inception's, which the networks here do without."""

_COUNTER = "num_batches_tracked"
"""Batch norm has had it since 2018; files can be older."""

_NAMED = 3
"""Layers that a message names."""


@torch.no_grad()
def load_pretrained(model: nn.Module, path: Path, name: str) -> None:
    """Copy the file's weights into the network.

    The last layer stays as it is where the classes differ, and the first
    convolution where the channels do, except that RGB weights are summed for
    grey images: so the network sees a grey image as it saw it in three
    channels. A warning names what stays. Raises `ModelError` for every other
    difference, and what `read_weights` raises.
    """
    stored = {_today(key): value for key, value in read_weights(path).items()}
    wanted: dict[str, Tensor] = model.state_dict()
    first, last = _ends(model)
    stem = f"{first}.weight"
    if stem in stored and _is_rgb_for_grey(stored[stem], wanted[stem]):
        stored[stem] = stored[stem].sum(1, keepdim=True)
    # The one dimension in which each may differ: channels, classes, classes.
    free = {stem: 1, f"{last}.weight": 0, f"{last}.bias": 0}
    unequal = [k for k in wanted if k in stored and stored[k].shape != wanted[k].shape]
    left = [k for k in unequal if k in free and _same_but(stored[k], wanted[k], free[k])]
    problems = {
        "it lacks": [k for k in wanted if k not in stored and not k.endswith(_COUNTER)],
        "the network has no": [
            k for k in stored if k not in wanted and not k.startswith(_AUXILIARY_HEADS)
        ],
        "of another shape in it:": [k for k in unequal if k not in left],
    }
    told = [f"{what} {_few(keys)}" for what, keys in problems.items() if keys]
    if told:
        raise ModelError(
            f"{path} does not fit {name}: {'; '.join(told)}",
            hint=f"give weights of {name}, with the arguments and, for a transformer,"
            " the image size that it was trained with",
        )
    for key in wanted.keys() & stored.keys() - set(left):
        wanted[key].copy_(stored[key])
    if left:
        logger.warning("%s: %s begin at random, for they are of another shape", path, _few(left))


def _today(key: str) -> str:
    for old, new in _RENAMED:
        key = old.sub(new, key)
    return key


def _ends(model: nn.Module) -> tuple[str, str]:
    """The names of the layers that meet the channels and the classes."""
    layers = [n for n, m in model.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    return layers[0], layers[-1]


def _is_rgb_for_grey(stored: Tensor, wanted: Tensor) -> bool:
    return _same_but(stored, wanted, 1) and (stored.shape[1], wanted.shape[1]) == (3, 1)


def _same_but(a: Tensor, b: Tensor, dimension: int) -> bool:
    """Whether two shapes are equal except in that dimension."""
    return a.ndim == b.ndim and all(
        x == y
        for index, (x, y) in enumerate(zip(a.shape, b.shape, strict=True))
        if index != dimension
    )


def _few(keys: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    named = [shortened(printable(key)) for key in keys[:_NAMED]]
    more = len(keys) - len(named)
    return listed([*named, f"{more:,} more"] if more else named, "and")
