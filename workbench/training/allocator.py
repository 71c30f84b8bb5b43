"""The C library's memory, kept by the process while it trains.

A step on the CPU frees gigabytes of activations and takes them again in the next one.
glibc gives them back to the system in between, which then has to clear each page anew:
a quarter of a compiled step (docs/performance.md).
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_NEVER = -1
_LARGEST = 32 << 20
"""Bytes; glibc takes no larger threshold. What is larger still comes from the system each time."""
_DEFAULT = 128 << 10
"""Of both thresholds; without glibc's own adaptation of them, which ends when they are set."""


@contextmanager
def memory_kept() -> Iterator[None]:
    """Freed memory stays with the process until this is left, and is then given back.

    For all threads; on other C libraries nothing changes.
    """
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallopt"):
        yield
        return
    library.mallopt(_TRIM_THRESHOLD, _NEVER)
    library.mallopt(_MMAP_THRESHOLD, _LARGEST)
    try:
        yield
    finally:
        library.mallopt(_TRIM_THRESHOLD, _DEFAULT)
        library.mallopt(_MMAP_THRESHOLD, _DEFAULT)
        library.malloc_trim(0)
