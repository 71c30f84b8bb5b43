"""From a profile to a network that fits its data."""

import pytest
import torch
from torch import nn

from workbench.config.model import ModelProfile, SEResNetProfile, TorchvisionProfile, VGGAProfile
from workbench.errors import ModelError
from workbench.models.registry import build_model, count_parameters, first_convolution
from workbench.models.se_resnet import SEResNet
from workbench.models.shape import DataShape
from workbench.models.vgg import VGGA

CIFAR = DataShape(channels=3, image_size=(32, 32), classes=10)


def _same_weights(a: nn.Module, b: nn.Module) -> bool:
    states = a.state_dict(), b.state_dict()
    return states[0].keys() == states[1].keys() and all(
        torch.equal(value, states[1][name]) for name, value in states[0].items()
    )


def test_building_draws_what_the_network_draws_and_the_trial_nothing() -> None:
    torch.manual_seed(42)
    built = build_model(SEResNetProfile(blocks=1), CIFAR)
    after = torch.rand(1)
    torch.manual_seed(42)
    assert _same_weights(built, SEResNet(1))
    assert torch.equal(after, torch.rand(1))


def test_every_field_of_se_resnets_profile_reaches_the_network() -> None:
    profile = SEResNetProfile(blocks=2, activation="elu", dropout=0.1, initialisation="orthogonal")
    torch.manual_seed(1)
    built = build_model(profile, DataShape(1, (8, 8), 4))
    torch.manual_seed(1)
    made = SEResNet(2, "elu", dropout=0.1, initialisation="orthogonal", channels=1, classes=4)
    assert _same_weights(built, made)
    assert str(built) == str(made)


def test_every_field_of_vgg_as_profile_reaches_the_network() -> None:
    profile = VGGAProfile(
        batch_norm=True, width=0.1, activation="tanh", dropout=0.1, initialisation="default"
    )
    torch.manual_seed(1)
    built = build_model(profile, DataShape(1, (64, 32), 4))
    torch.manual_seed(1)
    made = VGGA(
        True,
        0.1,
        "tanh",
        dropout=0.1,
        initialisation="default",
        channels=1,
        classes=4,
        image_size=(64, 32),
    )
    assert _same_weights(built, made)
    assert str(built) == str(made)


def test_vgg_a_refuses_images_that_it_would_halve_to_nothing() -> None:
    with pytest.raises(ModelError, match="8x8") as caught:
        build_model(VGGAProfile(), DataShape(1, (8, 8), 10))
    assert "image_size = 32" in caught.value.hint


@pytest.mark.parametrize(
    "profile",
    [SEResNetProfile(blocks=1), VGGAProfile(width=0.1), TorchvisionProfile(name="squeezenet1_1")],
)
def test_memory_that_is_not_enough_is_an_error_of_the_model(profile: ModelProfile) -> None:
    """Two images of that size are seven exabytes, which no machine promises."""
    with pytest.raises(ModelError, match="cannot be built for images of 536870912x536870912") as e:
        build_model(profile, DataShape(3, (2**29, 2**29), 10))
    assert "data.image_size" in e.value.hint


def test_trainable_parameters_are_counted_once() -> None:
    model = nn.ModuleList([shared := nn.Linear(2, 3), shared, nn.Linear(5, 1)])
    model[2].requires_grad_(False)
    assert count_parameters(model) == 9


def test_the_first_convolution_is_the_stem() -> None:
    found = first_convolution(SEResNet(1))
    assert found is not None
    assert found[0] == "stem.0"
    assert first_convolution(nn.Linear(2, 2)) is None
