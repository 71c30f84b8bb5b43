"""torchvision's networks: every family is fitted to the data, and says what does not fit."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torchvision import models

from workbench.config.model import TorchvisionProfile
from workbench.errors import ModelError
from workbench.models.registry import build_model
from workbench.models.shape import DataShape

# Each the quickest to build of its kind; RegNet has a test of its own.
FAMILIES = [
    "alexnet", "convnext_tiny", "densenet121", "efficientnet_b0", "googlenet", "inception_v3",
    "maxvit_t", "mnasnet0_5", "mobilenet_v2", "mobilenet_v3_small", "resnet18",
    "shufflenet_v2_x0_5", "squeezenet1_1", "swin_t", "vgg11", "vit_b_32",
]  # fmt: skip
CIFAR = DataShape(channels=3, image_size=(32, 32), classes=10)


def _build(name: str, shape: DataShape = CIFAR, **arguments: Any) -> nn.Module:
    return build_model(TorchvisionProfile(name=name, arguments=arguments), shape)


def _fits(name: str, image_size: int) -> bool:
    """Whether other channels and classes change the first and the last layer, and nothing else."""
    rgb = _build(name, DataShape(3, (image_size, image_size), 10))
    shapes = {key: value.shape for key, value in rgb.state_dict().items()}
    grey = _build(name, DataShape(1, (image_size, image_size), 7)).state_dict()
    assert shapes.keys() == grey.keys()
    layers = [n for n, m in rgb.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    ends = [f"{layers[0]}.weight", f"{layers[-1]}.weight", f"{layers[-1]}.bias"]
    changed = [key for key in shapes if grey[key].shape != shapes[key]]
    return changed == [key for key in ends if key in shapes]


@pytest.mark.parametrize("name", FAMILIES)
def test_channels_and_classes_change_the_first_convolution_and_the_last_layer_alone(
    name: str,
) -> None:
    with torch.device("meta"):  # shapes without values: nothing is drawn or computed
        assert _fits(name, 224)


def test_regnet_is_fitted_too() -> None:
    """It computes with values as it is built, which the meta device has none of."""
    assert _fits("regnet_x_400mf", 32)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small", "vit_b_16"])
def test_real_images_get_logits_in_training_and_evaluation(name: str) -> None:
    model = _build(name)
    assert model.training
    images = torch.randn(3, 3, 32, 32)
    logits = model(images)
    assert logits.shape == (3, 10)
    logits.sum().backward()
    assert model.eval()(images).isfinite().all()


@pytest.mark.parametrize(("name", "size"), [("googlenet", 32), ("inception_v3", 96)])
def test_auxiliary_heads_are_left_away(name: str, size: int) -> None:
    logits = _build(name, DataShape(3, (size, size), 10)).train()(torch.randn(2, 3, size, size))
    assert isinstance(logits, Tensor)
    assert logits.shape == (2, 10)


def test_a_grey_image_is_seen_as_the_rgb_network_sees_it_in_three_channels() -> None:
    torch.manual_seed(5)
    rgb = _build("squeezenet1_1").eval()
    torch.manual_seed(5)
    grey = _build("squeezenet1_1", DataShape(1, (32, 32), 10)).eval()
    images = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        assert torch.allclose(grey(images), rgb(images.expand(2, 3, 32, 32)), atol=1e-4)


def test_any_other_number_of_channels_begins_at_random() -> None:
    assert _build("resnet18", DataShape(4, (32, 32), 10))(torch.randn(2, 4, 32, 32)).shape == (
        2,
        10,
    )


def test_a_seed_draws_what_torchvision_draws() -> None:
    torch.manual_seed(3)
    built = _build("shufflenet_v2_x0_5").state_dict()
    torch.manual_seed(3)
    made = models.shufflenet_v2_x0_5(num_classes=10).state_dict()
    assert all(torch.equal(value, made[name]) for name, value in built.items())


def test_arguments_reach_the_network() -> None:
    model = _build("mobilenet_v3_small", dropout=0.125)
    assert [m.p for m in model.modules() if isinstance(m, nn.Dropout)] == [0.125]


@pytest.mark.parametrize(
    ("name", "hint"),
    [("resnet81", "did you mean 'resnet18'?"), ("lenet_of_mine", "as in resnet18 or vit_b_16")],
)
def test_an_unknown_name_is_told_with_the_nearest_one(name: str, hint: str) -> None:
    with pytest.raises(ModelError, match=f"'{name}'") as caught:
        _build(name)
    assert caught.value.hint == hint


def test_networks_for_other_tasks_are_no_classification_networks() -> None:
    with pytest.raises(ModelError, match="no classification network"):
        _build("fasterrcnn_resnet50_fpn")


@pytest.mark.parametrize(
    ("name", "valid", "not_valid"),
    [
        ("resnet18", "width_per_group", "num_classes"),
        ("swin_t", "attention_dropout", "stochastic_depth_prob"),  # which it sets itself
        ("efficientnet_b0", "stochastic_depth_prob", "weights"),
        ("mobilenet_v3_small", "dropout", "depth"),  # it would swallow depth
        ("regnet_x_400mf", "stem_width", "num_classes"),
        ("shufflenet_v2_x0_5", "no arguments", "weights"),
    ],
)
def test_an_unknown_argument_is_told_with_those_there_are(
    name: str, valid: str, not_valid: str
) -> None:
    with pytest.raises(ModelError, match=rf"model\.arguments\.depth: {name} has no") as caught:
        _build(name, depth=3)
    assert caught.value.hint.startswith(f"{name} takes ")
    assert valid in caught.value.hint
    assert not_valid not in caught.value.hint


@pytest.mark.parametrize("argument", ["num_classes", "weights", "progress", "image_size"])
def test_arguments_that_are_set_elsewhere_are_refused(argument: str) -> None:
    with pytest.raises(ModelError, match=rf"model\.arguments\.{argument}: ") as caught:
        _build("vit_b_16", **{argument: 1})
    assert caught.value.hint == f"remove {argument}"


@pytest.mark.parametrize(
    ("name", "argument", "value", "said"),
    [
        ("mobilenet_v3_small", "dropout", 5.0, "ValueError: .*5.0"),
        ("resnet18", "norm_layer", "batch", "TypeError: .*str"),
        ("swin_t", "stochastic_depth_prob", 0.1, "TypeError: .*stochastic_depth_prob"),
    ],
)
def test_what_torchvision_says_of_an_arguments_value_is_repeated(
    name: str, argument: str, value: object, said: str
) -> None:
    with pytest.raises(ModelError, match=f"{name} cannot be built.*{said}") as caught:
        _build(name, **{argument: value})
    assert "change model.arguments" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "height", "width", "works"),
    [
        ("alexnet", 32, 32, 64),
        ("inception_v3", 28, 28, 96),
        ("vit_b_16", 100, 100, 128),
        ("vit_b_16", 32, 64, 64),
        ("maxvit_t", 300, 300, 448),
        ("vit_h_14", 640, 640, 448),
        ("squeezenet1_1", 4, 4, 32),
    ],
)
def test_an_image_size_it_cannot_take_is_told_with_one_it_can(
    name: str, height: int, width: int, works: int
) -> None:
    with pytest.raises(ModelError, match=rf"{name} .*{height}x{width} pixels and 3 chan") as caught:
        _build(name, DataShape(3, (height, width), 10))
    assert caught.value.hint == f"set data.image_size = {works}"
