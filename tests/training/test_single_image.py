"""An image that is computed by itself, which batch norm over 1x1 maps cannot take."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer, steps_of
from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import ModelError


class Pointwise(nn.Module):
    """Batch norm of one value per image and channel, as deep networks on small images have."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 10)
        self.norm = nn.BatchNorm1d(10)
        self.drop = nn.Dropout(0.5)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.drop(self.norm(self.linear(images.flatten(1))))
        return logits


@pytest.fixture
def pointwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.training.learner.build_model", lambda *_: Pointwise())


@pytest.mark.usefixtures("pointwise")
def test_a_last_batch_of_one_image_is_refused_before_the_training(dataset: Dataset) -> None:
    """100 images in batches of 33 leave one; in batches of 34 they leave 32."""
    with pytest.raises(ModelError) as caught:
        a_trainer(dataset, a_profile(batch_size=33))
    message = caught.value.message
    assert message.startswith("training.batch_size = 33 leaves one of an epoch's 100 images by")
    assert "Expected more than 1 value per channel" in message
    assert "\n" not in message
    assert "training.batch_size = 34" in caught.value.hint
    a_trainer(dataset, a_profile(batch_size=34))


@pytest.mark.usefixtures("pointwise")
def test_parts_of_one_image_are_refused_too(dataset: Dataset) -> None:
    with pytest.raises(ModelError, match=r"training\.gradient_accumulation = 25 .* by itself") as e:
        a_trainer(dataset, a_profile(batch_size=25, gradient_accumulation=25))
    assert e.value.hint == "set training.gradient_accumulation = 12, the largest that works"
    a_trainer(dataset, a_profile(batch_size=25, gradient_accumulation=12))
    with pytest.raises(ModelError):
        a_trainer(dataset, a_profile(batch_size=25, gradient_accumulation=13))


@pytest.mark.usefixtures("pointwise")
def test_where_fewer_parts_do_not_help_larger_batches_are_named(dataset: Dataset) -> None:
    """One of 100 images is left over by batches of 33, in one part or in three."""
    with pytest.raises(ModelError, match=r"gradient_accumulation = 3 with .*size = 33") as caught:
        a_trainer(dataset, a_profile(batch_size=33, gradient_accumulation=3))
    assert "training.batch_size = 34" in caught.value.hint


@pytest.mark.usefixtures("pointwise")
def test_where_neither_alone_helps_both_are_named() -> None:
    """An odd number of images in parts of two leaves one; so do batches of one image less."""
    data = a_profile().data.model_copy(update={"validation": 21.0})
    dataset = load_dataset(data, 1)
    profile = a_profile(batch_size=98, gradient_accumulation=50)
    with pytest.raises(ModelError) as caught:
        a_trainer(dataset, profile)
    assert (
        caught.value.hint == "set training.batch_size = 99 and training.gradient_accumulation = 1"
    )
    a_trainer(dataset, a_profile(batch_size=99))


@pytest.mark.usefixtures("pointwise")
def test_a_single_training_image_is_told_as_such(dataset: Dataset) -> None:
    single = replace(dataset, train=dataset.train.part(slice(1)))
    with pytest.raises(ModelError) as caught:
        a_trainer(single, a_profile(batch_size=1))
    assert caught.value.hint == "give it more than one training image"


def test_a_model_that_can_train_on_one_image_does(dataset: Dataset) -> None:
    """The last maps of se_resnet are 2x2 here."""
    events = list(a_trainer(dataset, a_profile(batch_size=33, epochs=1)).train())
    assert len(steps_of(events, "loss")) == 4


def test_trying_it_leaves_no_trace(dataset: Dataset) -> None:
    """Neither in batch norm's statistics nor in the random draws of dropout."""
    trainer = a_trainer(dataset, a_profile(batch_size=33))
    drawn = torch.get_rng_state()
    untried = a_trainer(dataset, a_profile(batch_size=32))
    assert torch.equal(drawn, torch.get_rng_state())
    weights, expected = trainer.learner.weights(), untried.learner.weights()
    assert all(torch.equal(weights[name], expected[name]) for name in expected)
