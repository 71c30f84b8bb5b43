"""What a training process takes of this machine: CPU, memory and, with NVIDIA's library, GPU."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from workbench.store.liveness import Owner, is_in_sight


@dataclass(frozen=True)
class GpuUsage:
    """Of the whole device: in a container its library does not say which process takes what."""

    percent: int
    bytes_used: int
    bytes_total: int


@dataclass(frozen=True)
class Usage:
    cpu_percent: float
    """Of one core: 200 where two are busy."""
    bytes_used: int
    gpu: GpuUsage | None = None


class Meter:
    """Reads one process again and again. Slow at first: not for the screen's own thread."""

    def __init__(self, owner: Owner) -> None:
        self._process = psutil.Process(owner.pid)
        self._process.cpu_percent()  # what is read next counts from here on

    def read(self, device: str) -> Usage | None:
        """What the process takes now; `device` is that of its training. None where it is gone."""
        try:
            with self._process.oneshot():
                cpu, used = self._process.cpu_percent(), self._process.memory_info().rss
        except psutil.Error:
            return None
        return Usage(cpu, used, self._gpu(device))

    def _gpu(self, device: str) -> GpuUsage | None:
        kind, _, number = device.partition(":")
        if kind != "cuda" or not (number or "0").isdecimal():
            return None
        visible = ""
        with suppress(psutil.Error):
            visible = self._process.environ().get("CUDA_VISIBLE_DEVICES", "")
        return gpu_usage(visible_device(visible, int(number or "0")))


def meter_of(owner: Owner | None) -> Meter | None:
    """None where the process is not one of this machine's, or may not be looked at."""
    if owner is None or not is_in_sight(owner):
        return None
    try:
        return Meter(owner)
    except psutil.Error:
        return None


def visible_device(visible: str, number: int) -> str:
    """The index or UUID of the process's device `number`, where CUDA_VISIBLE_DEVICES is `visible`.

    An index is CUDA's, which counts the fastest first unless CUDA_DEVICE_ORDER says otherwise;
    with devices of one kind it is NVML's too.
    """
    names = [name.strip() for name in visible.split(",") if name.strip()]
    return names[number] if number < len(names) else str(number)


def gpu_usage(device: str) -> GpuUsage | None:
    """The use of a device by index or UUID; None without NVIDIA's library, driver or device."""
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()  # counts its callers: later ones cost next to nothing
        return _read(pynvml, device)
    except pynvml.NVMLError:
        return None


def _read(nvml: Any, device: str) -> GpuUsage:
    by_index = device.isdecimal()
    handle = (
        nvml.nvmlDeviceGetHandleByIndex(int(device))
        if by_index
        else nvml.nvmlDeviceGetHandleByUUID(device)
    )
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    return GpuUsage(nvml.nvmlDeviceGetUtilizationRates(handle).gpu, memory.used, memory.total)
