"""A batch in parts that are computed one after the other, for less memory."""

from __future__ import annotations

import math
from collections.abc import Sequence

from workbench.config.training import TrainingProfile
from workbench.data.batches import Batch


def largest_part(training: TrainingProfile) -> int:
    """Images that are computed at a time."""
    return math.ceil(training.batch_size / training.gradient_accumulation)


def parts_of(batch: Batch, largest: int) -> Sequence[Batch]:
    """As few parts as possible of at most `largest` images, their sizes one apart at most.

    An epoch's last batch is smaller and has fewer parts: batch norm, which
    sees each part by itself, is better off with more images.
    """
    parts = math.ceil(len(batch.labels) / largest)
    if parts == 1:
        return [batch]
    columns = (batch.images, batch.labels, batch.targets)
    return [Batch(*part) for part in zip(*(c.tensor_split(parts) for c in columns), strict=True)]


def part_sizes(training: TrainingProfile) -> set[int]:
    """Images in each part of a full batch: one size or two."""
    parts = math.ceil(training.batch_size / largest_part(training))
    smaller, larger_parts = divmod(training.batch_size, parts)
    return {smaller, smaller + (larger_parts > 0)}


def smallest_part(samples: int, training: TrainingProfile) -> int:
    """Images of the smallest part in an epoch of `samples`."""
    largest = largest_part(training)
    full, left_over = divmod(samples, training.batch_size)
    sizes = [training.batch_size] * (full > 0) + [left_over] * (left_over > 0)
    return min(size // math.ceil(size / largest) for size in sizes)
