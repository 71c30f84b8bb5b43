"""Weights of a local file in a network for other classes, channels and names."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from workbench.config.model import TorchvisionProfile
from workbench.errors import ModelError
from workbench.models.pretrained import load_pretrained
from workbench.models.registry import build_model
from workbench.models.shape import DataShape

NAME = "shufflenet_v2_x0_5"
State = dict[str, Tensor]


@pytest.fixture(scope="module")
def trained() -> State:
    """Weights for RGB images and a thousand classes, as torchvision publishes them."""
    torch.manual_seed(7)
    return models.get_model(NAME, weights=None).state_dict()


def _save_torch(state: State, folder: Path) -> Path:
    torch.save({"state_dict": state}, folder / "weights.pth")
    return folder / "weights.pth"


def _save_safetensors(state: State, folder: Path) -> Path:
    save_file(state, folder / "weights.safetensors")
    return folder / "weights.safetensors"


SAVERS = pytest.mark.parametrize("save", [_save_torch, _save_safetensors])


def _begin(path: Path, *, channels: int = 3, classes: int = 1000) -> State:
    profile = TorchvisionProfile(name=NAME, weights=str(path))
    return build_model(profile, DataShape(channels, (32, 32), classes)).state_dict()


def _differing(a: State, b: State) -> list[str]:
    assert a.keys() == b.keys()
    return [key for key in a if not torch.equal(a[key], b[key])]


@SAVERS
def test_weights_for_the_same_data_are_taken_without_a_word(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    trained: State,
    save: Callable[[State, Path], Path],
) -> None:
    assert not _differing(_begin(save(trained, tmp_path)), trained)
    assert not caplog.records


@SAVERS
def test_for_other_classes_the_last_layer_alone_begins_at_random_and_is_named(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    trained: State,
    save: Callable[[State, Path], Path],
) -> None:
    begun = _begin(save(trained, tmp_path), classes=10)
    assert _differing(begun, trained) == ["fc.weight", "fc.bias"]
    assert begun["fc.weight"].shape == (10, 1024)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "fc.weight and fc.bias begin at random" in record.getMessage()
    assert "conv1" not in record.getMessage()


def test_for_grey_images_the_first_weights_are_summed_over_the_colours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trained: State
) -> None:
    begun = _begin(_save_torch(trained, tmp_path), channels=1)
    assert _differing(begun, trained) == ["conv1.0.weight"]
    assert torch.equal(begun["conv1.0.weight"], trained["conv1.0.weight"].sum(1, keepdim=True))
    assert not caplog.records


def test_for_other_channels_the_first_convolution_begins_at_random_and_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, trained: State
) -> None:
    assert _differing(_begin(_save_torch(trained, tmp_path), channels=4), trained) == [
        "conv1.0.weight"
    ]
    assert "conv1.0.weight begin at random" in caplog.text


def test_weights_of_a_grey_network_are_taken_for_grey_images(
    tmp_path: Path, trained: State
) -> None:
    grey = trained | {"conv1.0.weight": torch.randn(24, 1, 3, 3)}
    assert not _differing(_begin(_save_torch(grey, tmp_path), channels=1), grey)


def test_counters_that_older_files_lack_begin_at_0(tmp_path: Path, trained: State) -> None:
    older = {k: v for k, v in trained.items() if not k.endswith("num_batches_tracked")}
    begun = _begin(_save_torch(older, tmp_path))
    assert {k for k, v in begun.items() if k in older and not torch.equal(v, older[k])} == set()


@pytest.mark.parametrize(
    ("name", "today", "published"),
    [
        ("densenet121", ".norm1.", ".norm.1."),
        ("densenet121", ".conv2.", ".conv.2."),
        ("vit_b_32", ".mlp.0.", ".mlp.linear_1."),
        ("vit_b_32", ".mlp.3.", ".mlp.linear_2."),
    ],
)
def test_published_names_are_understood(
    tmp_path: Path, name: str, today: str, published: str
) -> None:
    """On the meta device, so without values: one that is not understood is an error."""
    with torch.device("meta"):
        model = models.get_model(name, weights=None)
    state = {
        k.replace(today, published): torch.empty_like(v) for k, v in model.state_dict().items()
    }
    torch.save(state, path := tmp_path / "weights.pth")
    assert any(published in key for key in state)
    load_pretrained(model, path, name)


def test_auxiliary_heads_in_a_file_are_passed_over(tmp_path: Path) -> None:
    with torch.device("meta"):
        published = models.googlenet(weights=None, init_weights=False, aux_logits=True)
        plain = models.googlenet(weights=None, init_weights=False, aux_logits=False)
    torch.save(published.state_dict(), path := tmp_path / "weights.pth")
    load_pretrained(plain, path, "googlenet")


def test_weights_of_another_network_are_refused_with_a_few_names_and_a_count(
    tmp_path: Path,
) -> None:
    path = _save_torch(nn.ModuleDict({"other": nn.Linear(2, 2)}).state_dict(), tmp_path)
    with pytest.raises(ModelError) as caught:
        _begin(path)
    message = caught.value.message
    assert message.startswith(f"{path} does not fit {NAME}: it lacks conv1.0.weight, ")
    assert " more; the network has no other.weight and other.bias" in message
    assert len(message) < len(str(path)) + 300


def test_inner_layers_of_another_shape_are_refused(tmp_path: Path, trained: State) -> None:
    other = trained | {"conv5.0.weight": torch.zeros(1024, 192, 3, 3)}
    with pytest.raises(ModelError, match=r"of another shape in it: conv5\.0\.weight"):
        _begin(_save_torch(other, tmp_path))


def test_a_last_layer_for_another_width_is_refused_whatever_its_classes(
    tmp_path: Path, trained: State
) -> None:
    other = trained | {"fc.weight": torch.zeros(10, 512), "fc.bias": torch.zeros(10)}
    with pytest.raises(ModelError, match=r"of another shape in it: fc\.weight"):
        _begin(_save_torch(other, tmp_path), classes=4)


def test_a_file_that_is_not_there_is_an_error_of_the_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"weights\.pth: "):
        _begin(tmp_path / "weights.pth")
