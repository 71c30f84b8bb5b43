"""A training step on a GPU, recorded once and replayed whole.

A small network's step is hundreds of kernels that each run for microseconds: the
host cannot start them as fast as the GPU ends them. A CUDA graph starts all of
them at once (Nguyen et al., "Accelerating PyTorch with CUDA Graphs", 2021).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from workbench.data.batches import Batch

WARM_UP = 3
"""Steps that are computed as usual before one is recorded: libraries and the compiler choose
their kernels in them, and the optimizer makes its memory."""

Results = tuple[Tensor, ...]
Step = Callable[[Batch], Results]
Compute = Callable[[Step, Batch], Results]
"""How a step is computed."""


def computed(step: Step, batch: Batch) -> Results:
    """At once, operation by operation."""
    return step(batch)


@dataclass(frozen=True)
class _Recorded:
    graph: torch.cuda.CUDAGraph
    batch: Batch
    """What the kernels read."""
    results: Results
    """What they write."""


class GraphedSteps:
    """Full batches' steps, replayed; there may be several kinds of them.

    A step must compute the same kernels on the same memory each time: what it reads
    besides the batch is changed in place. It must not wait for the device.
    """

    def __init__(self, device: torch.device, images: int) -> None:
        self._device = device
        self._images = images
        """Of a full batch: an epoch's last one may be smaller, and is computed as usual."""
        # Recording is not possible on the default stream, and gradients belong to one stream.
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch leaves it so
        self._taken: dict[Step, int] = {}
        self._recorded: dict[Step, _Recorded] = {}

    def __call__(self, step: Step, batch: Batch) -> Results:
        """Compute `step` on the batch; the results are the caller's own."""
        outside = torch.cuda.current_stream(self._device)
        self._stream.wait_stream(outside)
        with torch.cuda.stream(self._stream):
            results = self._compute(step, batch)
        outside.wait_stream(self._stream)
        for tensor in results:
            tensor.record_stream(outside)
        for tensor in _tensors(batch):
            tensor.record_stream(self._stream)
        return results

    def _compute(self, step: Step, batch: Batch) -> Results:
        if len(batch.labels) != self._images:
            return step(batch)
        taken = self._taken.get(step, 0)
        self._taken[step] = taken + 1
        if taken < WARM_UP:
            return step(batch)
        if step not in self._recorded:
            self._recorded[step] = self._record(step, batch)
        recorded = self._recorded[step]
        for held, given in zip(_tensors(recorded.batch), _tensors(batch), strict=True):
            held.copy_(given, non_blocking=True)
        recorded.graph.replay()
        return tuple(tensor.clone() for tensor in recorded.results)

    def _record(self, step: Step, batch: Batch) -> _Recorded:
        """Nothing is computed: the kernels are only written down."""
        held = Batch(*(tensor.clone() for tensor in _tensors(batch)))
        graph = torch.cuda.CUDAGraph()
        # Another thread may copy a checkpoint meanwhile; that is none of this graph's.
        with torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"):
            results = step(held)
        return _Recorded(graph, held, results)


def _tensors(batch: Batch) -> tuple[Tensor, ...]:
    return tuple(getattr(batch, field.name) for field in fields(batch))
