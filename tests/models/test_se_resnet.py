"""The report's residual network, to the parameter and to the draw."""

import pytest
import torch
from torch import nn

from workbench.config.model import Activation
from workbench.models.registry import count_parameters
from workbench.models.se_resnet import SEResNet


@pytest.mark.parametrize(("blocks", "parameters"), [(7, 675_835), (8, 773_842), (9, 871_849)])
def test_the_reports_parameter_counts(blocks: int, parameters: int) -> None:
    assert count_parameters(SEResNet(blocks)) == parameters


def _published_layers() -> list[nn.Conv2d | nn.Linear]:
    """The layers of one block a stage, made in the report's order by torch alone."""
    layers: list[nn.Conv2d | nn.Linear] = [nn.Conv2d(3, 16, 3, bias=False)]
    channels = 16
    for wider in (16, 32, 64):
        layers.append(nn.Conv2d(channels, wider, 3, bias=False))
        layers.append(nn.Conv2d(wider, wider, 3, bias=False))
        if wider != channels:
            layers.append(nn.Conv2d(channels, wider, 1, bias=False))
        squeezed = wider // 16
        layers += [nn.Conv2d(wider, squeezed, 1), nn.Conv2d(squeezed, wider, 1)]
        channels = wider
    return [*layers, nn.Linear(64, 128), nn.Linear(128, 10)]


def _kaiming(layer: nn.Conv2d | nn.Linear) -> None:
    mode = "fan_out" if isinstance(layer, nn.Conv2d) else "fan_in"
    nn.init.kaiming_normal_(layer.weight, mode=mode, nonlinearity="relu")  # type: ignore[arg-type]


def _xavier(layer: nn.Conv2d | nn.Linear) -> None:
    nn.init.xavier_uniform_(layer.weight)


@pytest.mark.parametrize(
    ("activation", "initialise"), [("relu", _kaiming), ("tanh", _xavier), ("sigmoid", _xavier)]
)
def test_a_seed_draws_the_published_weights(activation: Activation, initialise) -> None:
    torch.manual_seed(42)
    model = SEResNet(1, activation)
    after = torch.rand(1)
    torch.manual_seed(42)
    published = _published_layers()
    for layer in published:
        initialise(layer)
    layers = [m for m in model.modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    assert len(layers) == len(published)
    for layer, expected in zip(layers, published, strict=True):
        assert torch.equal(layer.weight, expected.weight)
        assert layer.bias is None or not layer.bias.any()
    assert torch.equal(after, torch.rand(1))


@pytest.mark.parametrize("size", [1, 8, 33])
def test_logits_for_any_image_size_and_channel_count(size: int) -> None:
    assert SEResNet(1, channels=1, classes=4)(torch.zeros(2, 1, size, size)).shape == (2, 4)


@pytest.mark.parametrize(
    ("activation", "module"),
    [
        ("leaky_relu", nn.LeakyReLU),
        ("elu", nn.ELU),
        ("gelu", nn.GELU),
        ("silu", nn.SiLU),
        ("tanh", nn.Tanh),
    ],
)
def test_the_activation_stands_in_stem_blocks_and_head(
    activation: Activation, module: type[nn.Module]
) -> None:
    model = SEResNet(1, activation)
    assert sum(isinstance(m, module) for m in model.modules()) == 1 + 3 * 2 + 1
    # ReLU stays in the three gates alone.
    assert sum(isinstance(m, nn.ReLU) for m in model.modules()) == 3


def test_nothing_follows_the_excitation_in_a_block() -> None:
    """With all convolutions 0 the branch is 0 and the gate 1/2: half the shortcut, sign and all."""
    block = SEResNet(1).stages[0]
    for module in block.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.zeros_(module.weight)
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(block(x), 0.5 * x)


def test_dropout_is_the_heads_and_changes_no_weights_name() -> None:
    probabilities = [m.p for m in SEResNet(1, dropout=0.25).modules() if isinstance(m, nn.Dropout)]
    assert probabilities == [0.25]
    assert SEResNet(1, dropout=0.0).state_dict().keys() == SEResNet(1).state_dict().keys()
