"""Whether a run is long enough to pay for torch.compile, and the compiled forward pass.

Compiling takes a minute for a network of this program's size. It then saves passes
over the activations, for it fuses what is computed element by element; convolutions
stay as they are. What that comes to is estimated from counts, not timed: equal runs
on equal hardware decide alike. The constants are measured (docs/performance.md).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from workbench.config.places import user_cache
from workbench.training.hardware import Hardware

_FLOPS = 6
"""Of a weight's use: a multiplication and an addition forward, twice as many backward."""


@dataclass(frozen=True)
class Work:
    """What a run computes."""

    steps: int
    modules: int
    """Of the network, without those that only hold others."""
    flops: float
    """Of all 2-D convolutions and linear layers in all steps."""
    elements: float
    """Numbers that all other modules give in all forward passes."""

    @property
    def module_calls(self) -> int:
        return self.steps * self.modules


@dataclass(frozen=True)
class Cost:
    """Seconds of uncompiled training, roughly; on a CPU those of one thread."""

    flop: float
    element: float
    """Forward and backward."""
    module_call: float
    """To start the operations of a module, forward and backward."""


_COSTS = {
    ("cpu", "fp32"): Cost(flop=1 / 75e9, element=3e-9, module_call=5e-5),
    ("cpu", "bf16"): Cost(flop=1 / 145e9, element=2.3e-9, module_call=5e-5),
    # Estimated from what the cards promise, not measured.
    ("cuda", "fp32"): Cost(flop=1 / 8e12, element=1.3e-11, module_call=8e-5),
    ("cuda", "bf16"): Cost(flop=1 / 3e13, element=7e-12, module_call=8e-5),
}
_SAVED = 0.5
"""Share of what elements and calls of modules take that the compiled form saves."""
_LEAST_SAVED = 0.1
"""Share of the whole: below it the estimate may have the wrong sign."""
_COMPILE_SECONDS, _MODULE_SECONDS = 10.0, 0.25
"""To compile, and for each module."""


def work_of(model: nn.Module, trial: Tensor, images: int, steps: int) -> Work:
    """Count on a few images, (n, channels, height, width); `images` is of all steps."""
    modules = [module for module in model.modules() if not [*module.children()]]
    uses, elements = 0, 0

    def count(module: nn.Module, _: object, output: object) -> None:
        nonlocal uses, elements
        if isinstance(module, nn.Linear | nn.Conv2d) and isinstance(output, Tensor):
            uses += output.numel() * module.weight[0].numel()
        elif isinstance(output, Tensor):
            elements += output.numel()

    hooks = [module.register_forward_hook(count) for module in modules]
    was_training = model.training
    model.eval()
    try:
        with torch.no_grad():
            model(trial)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    share = images / len(trial)
    return Work(steps, len(modules), _FLOPS * uses * share, elements * share)


def decided(hardware: Hardware, work: Work) -> Hardware:
    """With the choice whether to compile, and its reason."""
    device = torch.device(hardware.device).type
    cost, parallel = _COSTS[device, hardware.precision], hardware.threads if device == "cpu" else 1
    calls = work.module_calls * cost.module_call
    fusible = work.elements * cost.element / parallel + calls
    seconds, saved = work.flops * cost.flop / parallel + fusible, _SAVED * fusible
    compiling = _COMPILE_SECONDS + work.modules * _MODULE_SECONDS
    pays = saved > compiling and saved > _LEAST_SAVED * seconds
    reason = (
        f"auto: compiling takes about {_minutes(compiling)} and"
        f" {'pays' if pays else 'would not pay'}:"
        f" it saves about {_minutes(saved)} of {_minutes(seconds)}"
    )
    return replace(hardware, compile=pays, reasons={**hardware.reasons, "compile": reason})


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
