"""An image that is computed by itself, which batch norm over 1x1 maps cannot take."""

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer, steps_of
from workbench.data.dataset import Dataset
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
    with pytest.raises(ModelError, match=r"batch_size = 5 in 5 parts .* by itself") as caught:
        a_trainer(dataset, a_profile(batch_size=5, gradient_accumulation=5))
    assert "training.batch_size = 6" in caught.value.hint
    a_trainer(dataset, a_profile(batch_size=6, gradient_accumulation=3))


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
