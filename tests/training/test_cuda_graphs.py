"""A replayed step does what a computed one does."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.training.small import a_profile, epochs_of, last_checkpoint, steps_of, stop_at
from workbench.config.optimizer import AdamWProfile, OptimizerProfile, SGDProfile
from workbench.config.profile import RunProfile
from workbench.data.batches import Batch
from workbench.data.dataset import Dataset
from workbench.training.cuda_graphs import WARM_UP, GraphedSteps, Results
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


def trainer(dataset: Dataset, profile: RunProfile) -> Trainer:
    return Trainer(profile, dataset, decide(profile.training, "cuda"))


def without_dropout(optimizer: OptimizerProfile | None = None, **training: object) -> RunProfile:
    """Dropout draws other numbers where it is compiled."""
    profile = a_profile(epochs=6, **training)
    model = profile.model.model_copy(update={"dropout": 0.0})
    update = {"model": model, "optimizer": optimizer or profile.optimizer}
    return profile.model_copy(update=update)


def batch(images: int, value: float) -> Batch:
    values = torch.full((images, 2), value, device="cuda")
    return Batch(values, values[:, 0].long(), values[:, 0])


def test_a_replayed_step_reads_its_own_batch_and_gives_results_that_stay() -> None:
    total = torch.zeros((), device="cuda")

    def add(batch: Batch) -> Results:
        total.add_(batch.images.sum())
        return (total, batch.images.mean())

    graphed = GraphedSteps(torch.device("cuda", 0), images=4)
    count = WARM_UP + 5
    results = [graphed(add, batch(4, float(number))) for number in range(count)]
    assert [mean.item() for _, mean in results] == [*range(count)]
    assert total.item() == 8 * sum(range(count))


def test_a_smaller_batch_is_computed_as_usual() -> None:
    def double(batch: Batch) -> Results:
        return (batch.images.sum() * 2,)

    graphed = GraphedSteps(torch.device("cuda", 0), images=4)
    sizes = [4] * (WARM_UP + 1) + [3, 4]
    results = [graphed(double, batch(size, 1.0))[0].item() for size in sizes]
    assert results == [4.0 * size for size in sizes]


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", [None, AdamWProfile(), SGDProfile(lr=0.01, momentum=0.9)])
def test_a_graphed_training_has_the_curves_of_a_computed_one(
    dataset: Dataset, optimizer: OptimizerProfile | None
) -> None:
    """With warm-up, a changing learning rate, clipping from the second epoch, small last batches,
    averages and parts of batches."""
    options = {"ema_decay": 0.9, "gradient_accumulation": 2, "label_smoothing": 0.1}
    curves, accuracies = [], []
    for compile_ in ("off", "on"):
        profile = without_dropout(optimizer, compile=compile_, **options)
        events = [*trainer(dataset, profile).train()]
        curves.append(steps_of(events, "loss"))
        accuracies.append(epochs_of(events)[-1].metrics["test/accuracy"])
    assert curves[1] == pytest.approx(curves[0], rel=0.02)
    assert accuracies[1] == pytest.approx(accuracies[0], abs=0.1)


@pytest.mark.slow
def test_a_graphed_training_resumes(dataset: Dataset, tmp_path: Path) -> None:
    profile = without_dropout(compile="on")
    whole = steps_of([*trainer(dataset, profile).train()], "loss")
    checkpoint = last_checkpoint(trainer(dataset, profile).train(stop_at(14)), tmp_path)
    again = Trainer(profile, dataset, decide(profile.training, "cuda"), checkpoint)
    assert steps_of([*again.train()], "loss") == pytest.approx(whole[14:], rel=0.02)
