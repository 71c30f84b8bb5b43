"""Loss and confusion table, counted over samples."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from workbench.data.batches import Batch
from workbench.training.evaluation import Evaluation, evaluate


def batches(logits: torch.Tensor, labels: torch.Tensor, size: int) -> list[Batch]:
    """The "images" are the logits themselves: the model under test is the identity."""
    pairs = zip(logits.split(size), labels.split(size), strict=True)
    return [Batch(images, part, part) for images, part in pairs]


def test_rows_are_true_classes_and_columns_predictions() -> None:
    logits = torch.eye(3)[[0, 1, 1, 2]]
    result = evaluate(lambda x: x, batches(logits, torch.tensor([0, 1, 2, 2]), 4), classes=3)
    assert result.confusion.tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert result.accuracy == 0.75


@pytest.mark.parametrize("size", [1, 3, 4, 10])
def test_batch_size_changes_nothing(size: int) -> None:
    """Ten samples in batches of four leave a last one of two: it must not count double."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(10, 5, generator=generator)
    labels = torch.randint(5, (10,), generator=generator)
    result = evaluate(lambda x: x, batches(logits, labels, size), classes=5)
    assert result.loss == pytest.approx(F.cross_entropy(logits, labels).item(), rel=1e-6)
    assert result.accuracy == (logits.argmax(1) == labels).double().mean().item()


def test_metrics_carry_the_name_of_their_set() -> None:
    result = Evaluation(0.5, np.array([[3, 1], [0, 4]]))
    assert result.metrics("val") == {"val/loss": 0.5, "val/accuracy": 0.875}


def test_an_empty_set_has_no_accuracy() -> None:
    result = evaluate(lambda x: x, [], classes=2)
    assert result.samples == 0
    assert math.isnan(result.accuracy)
    assert math.isnan(result.loss)


def test_top_5_counts_a_class_among_the_five_largest_logits() -> None:
    logits = torch.arange(7.0).expand(4, 7)
    labels = torch.tensor([6, 2, 1, 0])  # the largest, the fifth, the sixth, the seventh
    result = evaluate(lambda x: x, [Batch(logits, labels, labels)], classes=7)
    assert (result.accuracy, result.top5_accuracy) == (0.25, 0.5)
    assert result.metrics("test")["test/top5_accuracy"] == 0.5


def test_top_5_says_nothing_of_five_classes() -> None:
    logits, labels = torch.eye(5), torch.arange(5)
    result = evaluate(lambda x: x, [Batch(logits, labels, labels)], classes=5)
    assert math.isnan(result.top5_accuracy)
    assert result.metrics("val").keys() == {"val/loss", "val/accuracy"}


@pytest.mark.parametrize("size", [1, 4, 10])
def test_top_5_is_of_samples_not_of_batches(size: int) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(10, 9, generator=generator)
    labels = torch.randint(9, (10,), generator=generator)
    pairs = zip(logits.split(size), labels.split(size), strict=True)
    result = evaluate(lambda x: x, [Batch(x, y, y) for x, y in pairs], classes=9)
    larger = (logits > logits.gather(1, labels[:, None])).sum(1)
    assert result.top5_accuracy == (larger < 5).double().mean().item()
    assert result.top5_accuracy >= result.accuracy


def test_each_class_has_an_accuracy_of_its_own() -> None:
    result = Evaluation(0.5, np.array([[3, 1], [0, 0]]))
    np.testing.assert_array_equal(result.per_class_accuracy, [0.75, np.nan])
