"""Decisions that hardware makes, taken once for a run: device, precision, compilation."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

import torch
from pydantic import Field

from workbench.config.training import TrainingProfile
from workbench.errors import DeviceError

_THREADS = torch.get_num_threads()
"""The process's own count, before a resumed run set that of its checkpoint."""
_MOST_THREADS = max(1024, os.cpu_count() or 0)
"""That a checkpoint may ask for: a process that starts a million of them dies."""

_FIRST_BF16 = (8, 0)
"""Compute capability of Ampere, the first with bf16 tensor cores."""
_BF16_FLAGS = {"avx512_bf16", "amx_bf16"}
"""Of CPUs that multiply bf16 as such, at twice the rate of fp32; others would emulate it."""
CPU_INFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Hardware:
    """How a run computes; stored in its checkpoints and env.json, kept on resume."""

    device: str
    precision: Literal["fp32", "bf16"]
    compile: bool | None
    """None until the network and the run's length are known, which decide it (`compiling`)."""
    threads: Annotated[int, Field(ge=1, le=_MOST_THREADS)]
    """CPU threads: another count sums in another order, and so gives other last bits."""
    reasons: Mapping[str, str]
    """Why each "auto" became what it is."""

    def moved_to(self, device: str) -> Hardware:
        """The same decisions on another device."""
        return replace(self, device=device)


def decide(training: TrainingProfile, device: str = "auto") -> Hardware:
    """Resolve every "auto". Raises `DeviceError` for what is asked for and not there."""
    resolved = pick_device(device)
    precision, precision_reason = _precision(training, resolved)
    compiled, compile_reason = _compile(training)
    return Hardware(
        device=str(resolved),
        precision=precision,
        compile=compiled,
        threads=_THREADS,
        reasons={"precision": precision_reason, "compile": compile_reason},
    )


def pick_device(name: str) -> torch.device:
    """The device of that name, GPUs with their index; "auto" is the first GPU, or the CPU."""
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError:
        raise DeviceError(
            f"{name!r} is not a device", hint="use auto, cpu, cuda or cuda:N"
        ) from None
    if device.type == "cpu":
        return device
    if device.type != "cuda":
        raise DeviceError(f"{name!r} is not supported", hint="use auto, cpu, cuda or cuda:N")
    if not torch.cuda.is_available():
        raise DeviceError(
            f"{name} was asked for, but torch {torch.__version__} finds no CUDA device",
            hint="use --device cpu, or see `workbench doctor`",
        )
    if device.index is not None and device.index >= torch.cuda.device_count():
        raise DeviceError(
            f"{name} was asked for, but there are {torch.cuda.device_count()} CUDA devices",
            hint="they count from cuda:0",
        )
    return torch.device("cuda", device.index or 0)


def _precision(
    training: TrainingProfile, device: torch.device
) -> tuple[Literal["fp32", "bf16"], str]:
    if training.precision != "auto":
        return training.precision, "set in the profile"
    if device.type == "cuda" and torch.cuda.get_device_capability(device) >= _FIRST_BF16:
        return "bf16", "auto: the GPU computes bf16 natively"
    if device.type == "cpu" and _BF16_FLAGS & cpu_flags():
        return "bf16", "auto: the CPU computes bf16 natively"
    return "fp32", f"auto: this {device.type.upper()} has no native bf16"


def cpu_flags() -> frozenset[str]:
    """What the CPU can do, in Linux's words; empty on other systems."""
    try:
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return frozenset()
    flags = next((line for line in lines if line.startswith("flags")), "")
    return frozenset(flags.partition(":")[2].split())


def _compile(training: TrainingProfile) -> tuple[bool | None, str]:
    if training.compile == "off":
        return False, "set in the profile"
    if not has_compiler():
        if training.compile == "on":
            raise DeviceError(
                "training.compile is on, but there is no C++ compiler",
                hint="install g++, or set training.compile to off",
            )
        return False, "auto: no C++ compiler"
    if training.compile == "on":
        return True, "set in the profile"
    return None, "auto: on in runs that are long enough to pay for compiling"


def has_compiler() -> bool:
    """Whether torch.compile finds the C++ compiler that it calls."""
    return shutil.which(os.environ.get("CXX", "g++")) is not None
