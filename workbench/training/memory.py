"""Memory that ran out, told as an error with a remedy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

from workbench.errors import DeviceMemoryError

_ALLOCATORS = ("DefaultCPUAllocator", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
"""In the messages of allocators that raise a plain RuntimeError."""


@contextmanager
def memory_errors(device: torch.device, doing: Callable[[], str], hint: str) -> Iterator[None]:
    """Raise `DeviceMemoryError` where memory runs out; `doing` says when, as in "in step 3"."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise DeviceMemoryError(f"{device} ran out of memory {doing()}", hint=hint) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error is torch's or Python's way to say that memory was not enough."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(name in str(error) for name in _ALLOCATORS)
