"""VGG-A, to the parameter and to the draw."""

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from workbench.models.registry import count_parameters
from workbench.models.vgg import VGGA


@pytest.mark.parametrize(("batch_norm", "parameters"), [(False, 9_750_922), (True, 9_756_426)])
def test_the_reports_parameter_counts(batch_norm: bool, parameters: int) -> None:
    assert count_parameters(VGGA(batch_norm)) == parameters


def _published_layers() -> list[nn.Conv2d | nn.Linear]:
    """The layers at an eighth of the width, made in the published order by torch alone."""
    channels = [3, 8, 16, 32, 32, 64, 64, 64, 64]
    convolutions = [nn.Conv2d(i, o, 3) for i, o in pairwise(channels)]
    return [*convolutions, nn.Linear(64, 64), nn.Linear(64, 64), nn.Linear(64, 10)]


@pytest.mark.parametrize("batch_norm", [False, True])
def test_a_seed_draws_the_published_weights(batch_norm: bool) -> None:
    torch.manual_seed(42)
    model = VGGA(batch_norm, 1 / 8)
    after = torch.rand(1)
    torch.manual_seed(42)
    published = _published_layers()
    for layer in published:
        nn.init.xavier_normal_(layer.weight)
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == len(published)
    for layer, expected in zip(layers, published, strict=True):
        assert torch.equal(layer.weight, expected.weight)
        assert layer.bias is not None
        assert not layer.bias.any()
    assert torch.equal(after, torch.rand(1))


@pytest.mark.parametrize(("batch_norm", "loss"), [(False, 2.303), (True, 2.622)])
def test_it_starts_at_the_reports_first_loss(batch_norm: bool, loss: float) -> None:
    """Xavier normal makes the plain network's logits vanish (ln 10); batch norm does not.

    The batch-norm loss depends on the draw; over ten draws it spans about 0.2.
    """
    torch.manual_seed(42)
    images = torch.randn(128, 3, 32, 32)
    labels = torch.randint(10, (128,))
    first = F.cross_entropy(VGGA(batch_norm)(images), labels).item()
    assert first == pytest.approx(loss, abs=0.002 if not batch_norm else 0.25)


def test_width_scales_every_channel_and_hidden_layer() -> None:
    half = VGGA(True, 0.25)
    assert [m.out_channels for m in half.features if isinstance(m, nn.Conv2d)] == [
        16, 32, 64, 64, 128, 128, 128, 128,
    ]  # fmt: skip
    assert [m.out_features for m in half.classifier if isinstance(m, nn.Linear)] == [128, 128, 10]


def test_larger_images_of_any_proportion_give_logits() -> None:
    model = VGGA(False, 0.1, channels=1, classes=3, image_size=(64, 96))
    assert model(torch.zeros(1, 1, 64, 96)).shape == (1, 3)


def test_without_dropout_the_classifier_is_the_published_list_of_modules() -> None:
    assert [type(m) for m in VGGA(False, 0.1).classifier] == [
        nn.Flatten, nn.Linear, nn.ReLU, nn.Linear, nn.ReLU, nn.Linear,
    ]  # fmt: skip


def test_dropout_follows_each_hidden_activation_of_the_classifier() -> None:
    model = VGGA(False, 0.1, "gelu", dropout=0.25)
    assert [type(m) for m in model.classifier] == [
        nn.Flatten, nn.Linear, nn.GELU, nn.Dropout, nn.Linear, nn.GELU, nn.Dropout, nn.Linear,
    ]  # fmt: skip
    assert {m.p for m in model.classifier if isinstance(m, nn.Dropout)} == {0.25}


def test_the_activation_follows_every_convolution() -> None:
    features = VGGA(True, 0.1, "silu").features
    assert sum(isinstance(m, nn.SiLU) for m in features) == 8
    assert not any(isinstance(m, nn.ReLU) for m in features)
