"""First weights: functions of torch.nn.init, scaled for the activation."""

import math

import pytest
import torch
from torch import nn

from workbench.config.model import Activation, Initialisation
from workbench.models.initialisation import initialise

CONVOLUTION_FAN_IN = 32 * 9
CONVOLUTION_FAN_OUT = 64 * 9


def _initialised(initialisation: Initialisation, activation: Activation = "relu") -> nn.Sequential:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(32, 64, 3), nn.Linear(200, 100), nn.BatchNorm2d(64))
    initialise(model, initialisation, activation, auto="xavier_uniform")
    return model


def _std(module: nn.Module) -> float:
    assert isinstance(module.weight, torch.Tensor)
    return module.weight.detach().std(correction=0).item()


@pytest.mark.parametrize("name", ["kaiming_normal", "kaiming_uniform"])
@pytest.mark.parametrize(
    ("activation", "gain"),
    [("relu", 2**0.5), ("gelu", 2**0.5), ("silu", 2**0.5), ("tanh", 5 / 3), ("sigmoid", 1)],
)
def test_kaiming_fans_out_for_convolutions_and_in_for_linears_with_the_activations_gain(
    name: Initialisation, activation: Activation, gain: float
) -> None:
    convolution, linear, _ = _initialised(name, activation)
    assert _std(convolution) == pytest.approx(gain / math.sqrt(CONVOLUTION_FAN_OUT), rel=0.03)
    assert _std(linear) == pytest.approx(gain / math.sqrt(200), rel=0.03)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("name", ["xavier_normal", "xavier_uniform"])
def test_xavier_is_glorots_formula_whatever_the_activation(
    name: Initialisation, activation: Activation
) -> None:
    convolution, linear, _ = _initialised(name, activation)
    fans = CONVOLUTION_FAN_IN + CONVOLUTION_FAN_OUT
    assert _std(convolution) == pytest.approx(math.sqrt(2 / fans), rel=0.03)
    assert _std(linear) == pytest.approx(math.sqrt(2 / 300), rel=0.03)


@pytest.mark.parametrize("kind", ["kaiming", "xavier"])
def test_uniform_weights_have_a_bound_and_normal_ones_have_none(kind: str) -> None:
    def furthest(name: str) -> float:
        linear = _initialised(name)[1]  # type: ignore[arg-type]
        return linear.weight.abs().max().item() / _std(linear)

    assert furthest(f"{kind}_uniform") == pytest.approx(math.sqrt(3), rel=0.02)
    assert furthest(f"{kind}_normal") > 3


def test_orthogonal_rows_have_the_activations_gain_as_their_length() -> None:
    weight = _initialised("orthogonal", "tanh")[1].weight
    expected = (5 / 3) ** 2 * torch.eye(100)
    assert torch.allclose(weight @ weight.T, expected, atol=1e-4)


@pytest.mark.parametrize("name", ["auto", "kaiming_normal", "orthogonal"])
def test_biases_begin_at_0_and_batch_norm_is_left_alone(name: Initialisation) -> None:
    convolution, linear, norm = _initialised(name)
    assert not convolution.bias.any()
    assert not linear.bias.any()
    assert torch.equal(norm.weight, torch.ones(64))


def test_auto_is_what_the_network_says_it_is() -> None:
    assert torch.equal(_initialised("auto")[1].weight, _initialised("xavier_uniform")[1].weight)


def test_default_is_what_torchs_layers_drew_themselves() -> None:
    torch.manual_seed(0)
    expected = nn.Sequential(nn.Conv2d(32, 64, 3), nn.Linear(200, 100), nn.BatchNorm2d(64))
    found = _initialised("default").state_dict()
    assert all(torch.equal(value, found[key]) for key, value in expected.state_dict().items())
