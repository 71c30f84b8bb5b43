"""Images in a GPU's memory, and batches that are made there before they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import torch

from workbench.data.source import ImageSet

if TYPE_CHECKING:
    from workbench.data.batches import Batch

MOST_RESIDENT = 0.25
"""Share of a GPU's free memory that a set of images may take; a larger one stays on the host."""


def resident(images: ImageSet, device: torch.device) -> ImageSet:
    """The set in the GPU's memory, as bytes, where there is room for it; else as it is."""
    if device.type != "cuda":
        return images
    free, _ = torch.cuda.mem_get_info(device)
    if images.stored.nbytes > MOST_RESIDENT * free:
        return images
    return ImageSet(images.stored.to(device), images.rows.to(device), images.labels.to(device))


def made_ahead(batches: Iterator[Batch], device: torch.device) -> Iterator[Batch]:
    """The same batches; on a GPU each is made on a stream of its own while the one before is used.

    The host asks for the next batch once it has started the step with this one, so
    that neither the step nor the batch waits for the other.
    """
    if device.type != "cuda":
        yield from batches
        return
    making = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    making.wait_stream(torch.cuda.current_stream(device))  # the images may be on their way

    def next_batch() -> Batch | None:
        with torch.cuda.stream(making):
            return next(batches, None)

    batch = next_batch()
    while batch is not None:
        using = torch.cuda.current_stream(device)
        using.wait_stream(making)
        for tensor in (batch.images, batch.labels, batch.targets):
            tensor.record_stream(using)  # its memory is free only when that stream has used it
        yield batch
        batch = next_batch()
