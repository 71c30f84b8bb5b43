"""Whether a run is long enough to pay for torch.compile, and the compiled forward pass.

Compiling takes a minute for a network of this program's size and then saves a
share of each step. What a run takes uncompiled is estimated from the counts of
its operations, not timed: equal runs on equal hardware decide alike.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from workbench.config.places import user_cache
from workbench.training.hardware import Hardware

_COMPILE_SECONDS = 0.25
"""Of each module without parts, forward and backward; measured (docs/performance.md)."""

_BACKWARD = 3
"""A training step computes three times what its forward pass does."""


@dataclass(frozen=True)
class Speed:
    """What a device does uncompiled, roughly, and what compiling gains there."""

    flops: float
    """Floating-point operations per second."""
    module_seconds: float
    """For starting the operations of one module, forward and backward."""
    gain: float
    """Share of the time that the compiled form saves."""


_SPEEDS = {
    # Of one thread. Compiled elementwise passes over the activations are fused.
    "cpu": Speed(flops=8e10, module_seconds=5e-5, gain=0.15),
    # A small network waits for the launches of its kernels.
    "cuda": Speed(flops=2e13, module_seconds=8e-5, gain=0.4),
}


@dataclass(frozen=True)
class Work:
    """What a run computes."""

    steps: int
    flops: float
    """Of all steps."""
    modules: int
    """Of the network, without those that only hold others."""


def work_of(model: nn.Module, image: Tensor, images: int, steps: int) -> Work:
    """Count on one `image`, (1, channels, height, width); `images` is of all steps."""
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(image)
    finally:
        model.train(was_training)
    modules = sum(not [*module.children()] for module in model.modules())
    return Work(steps, _BACKWARD * counter.get_total_flops() * images, modules)


def decided(hardware: Hardware, work: Work) -> Hardware:
    """With the choice whether to compile, and its reason."""
    device = torch.device(hardware.device).type
    speed, parallel = _SPEEDS[device], hardware.threads if device == "cpu" else 1
    starting = work.steps * work.modules * speed.module_seconds
    seconds = work.flops / (speed.flops * parallel) + starting
    cost, saved = work.modules * _COMPILE_SECONDS, seconds * speed.gain
    verdict = "pays" if saved > cost else "would not pay"
    reason = (
        f"auto: compiling takes about {_minutes(cost)} and {verdict}:"
        f" it saves about {_minutes(saved)} of {_minutes(seconds)}"
    )
    reasons = {**hardware.reasons, "compile": reason}
    return replace(hardware, compile=saved > cost, reasons=reasons)


def compiled(model: nn.Module, sizes: set[int]) -> Callable[[Tensor], Tensor]:
    """The training forward pass, compiled for batches of these sizes; others go uncompiled.

    An epoch's last batch would take a compilation of its own for a step in hundreds.
    What was compiled is kept in the program's cache, for the next run of the same network.
    """
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(user_cache() / "compiled"))
    forward = torch.compile(model, dynamic=False)

    def chosen(images: Tensor) -> Tensor:
        logits: Tensor = (forward if len(images) in sizes else model)(images)
        return logits

    return chosen


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:,.1f} min"
