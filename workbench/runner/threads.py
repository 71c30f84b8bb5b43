"""torch's CPU threads where a screen shares the process."""

from __future__ import annotations

import os


def load_torch_beside_a_screen() -> None:
    """Import torch, and leave a core to the screen; first thing in the thread that trains.

    A count of the user's own, as by OMP_NUM_THREADS, stays. New runs take the
    count of this moment (see `training.hardware`), resumed ones their own.
    """
    import torch

    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(threads_beside_a_screen(torch.get_num_threads(), cores))


def threads_beside_a_screen(threads: int, cores: int) -> int:
    """One less than all cores; of two cores both, for half of them is too dear.

    Measured on two cores with `python -m benchmarks screen`, `cifar10-small`: 550
    images/s with both, 351 with one; keys took 36 and 30 ms (95th percentile).
    """
    return threads - 1 if threads >= cores > 2 else threads
