"""The report's networks, to the parameter."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from workbench.config.model import SEResNetProfile, VGGAProfile
from workbench.errors import ModelError
from workbench.models.registry import DataShape, build_model, count_parameters, first_convolution
from workbench.models.se_resnet import SEResNet
from workbench.models.vgg import VGGA

CIFAR = DataShape(channels=3, image_size=(32, 32), classes=10)


@pytest.mark.parametrize(("blocks", "parameters"), [(7, 675_835), (8, 773_842), (9, 871_849)])
def test_se_resnet_has_the_reports_parameter_counts(blocks: int, parameters: int) -> None:
    assert count_parameters(build_model(SEResNetProfile(blocks=blocks), CIFAR)) == parameters


@pytest.mark.parametrize(("batch_norm", "parameters"), [(False, 9_750_922), (True, 9_756_426)])
def test_vgg_a_has_the_reports_parameter_counts(batch_norm: bool, parameters: int) -> None:
    assert count_parameters(build_model(VGGAProfile(batch_norm=batch_norm), CIFAR)) == parameters


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_se_resnet_gives_logits_for_any_image_size_and_channel_count(activation: str) -> None:
    model = SEResNet(1, activation, channels=1, classes=4)  # type: ignore[arg-type]
    for size in (1, 8, 33):
        assert model(torch.zeros(2, 1, size, size)).shape == (2, 4)


def test_excitation_keeps_relu_and_sigmoid_whatever_the_activation() -> None:
    model = SEResNet(1, "tanh")
    kinds = {type(m) for b in model.stages for m in b.excitation.gate}  # type: ignore[union-attr]
    assert nn.ReLU in kinds
    assert nn.Sigmoid in kinds
    assert nn.Tanh not in kinds


def test_nothing_follows_the_excitation_in_a_block() -> None:
    """With all convolutions 0 the branch is 0 and the gate 1/2: half the shortcut, sign and all."""
    block = SEResNet(1).stages[0]
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.weight)
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(block(x), 0.5 * x)


def _std(weight: torch.Tensor) -> float:
    return weight.detach().std(correction=0).item()


def test_relu_weights_are_kaiming_normal_fan_out_for_convolutions_and_fan_in_for_linears() -> None:
    torch.manual_seed(0)
    model = SEResNet(8)
    conv = model.stages[-1].branch[0]  # type: ignore[union-attr, index]
    assert _std(conv.weight) == pytest.approx(math.sqrt(2 / (64 * 9)), rel=0.02)
    shortcut = model.stages[8].shortcut[0]  # type: ignore[union-attr, index]
    assert _std(shortcut.weight) == pytest.approx(math.sqrt(2 / 32), rel=0.1)
    assert _std(model.head[2].weight) == pytest.approx(math.sqrt(2 / 64), rel=0.05)
    squeeze = model.stages[-1].excitation.gate[1]  # type: ignore[union-attr, index]
    assert _std(squeeze.weight) == pytest.approx(math.sqrt(2 / 4), rel=0.15)
    assert all(not m.bias.any() for m in model.modules() if getattr(m, "bias", None) is not None)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid"])
def test_saturating_activations_get_xavier_uniform(activation: str) -> None:
    torch.manual_seed(0)
    conv = SEResNet(1, activation).stages[-1].branch[3]  # type: ignore[union-attr, index, arg-type]
    bound = math.sqrt(6 / (64 * 9 * 2))
    assert conv.weight.abs().max().item() <= bound
    assert conv.weight.abs().max().item() > 0.99 * bound
    assert _std(conv.weight) == pytest.approx(bound / math.sqrt(3), rel=0.02)


@pytest.mark.parametrize(("batch_norm", "loss"), [(False, 2.303), (True, 2.622)])
def test_vgg_a_starts_at_the_reports_first_loss(batch_norm: bool, loss: float) -> None:
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


def test_vgg_a_takes_larger_images_and_refuses_smaller_ones() -> None:
    large = build_model(VGGAProfile(width=0.1), DataShape(1, (64, 96), 3))
    assert large(torch.zeros(1, 1, 64, 96)).shape == (1, 3)
    with pytest.raises(ModelError, match="8x8") as caught:
        build_model(VGGAProfile(), DataShape(1, (8, 8), 10))
    assert "image_size = 32" in caught.value.hint


def test_the_first_convolution_is_the_stem() -> None:
    found = first_convolution(SEResNet(1))
    assert found is not None
    assert found[0] == "stem.0"
    assert first_convolution(nn.Linear(2, 2)) is None
