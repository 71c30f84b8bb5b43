"""Networks from code of one's own: what is accepted, and what is said otherwise."""

from pathlib import Path
from typing import Any

import pytest
import torch

from workbench.config.model import CustomModelProfile
from workbench.errors import CallableError, ModelError
from workbench.models.registry import build_model, count_parameters
from workbench.models.shape import DataShape

SMALL = DataShape(channels=2, image_size=(4, 6), classes=3)

CODE = """
import torch
from torch import nn


def told(channels, image_size, classes):
    height, width = image_size
    return nn.Sequential(nn.Flatten(), nn.Linear(channels * height * width, classes))


def lazy(classes):
    return nn.Sequential(nn.Flatten(), nn.LazyLinear(5), nn.Linear(5, classes))


def unused_lazy(classes):
    model = lazy(classes)
    model[0].other = nn.LazyLinear(2)
    return model


def for_size(size, classes=3):
    return nn.Sequential(nn.Flatten(), nn.Linear(size, classes))


class Frozen(nn.Linear):
    def __init__(self):
        super().__init__(48, 3)
        self.requires_grad_(False)

    def forward(self, images):
        return super().forward(images.flatten(1))


class Failing(Frozen):
    def forward(self, images):
        raise KeyError("no such thing")


class Leaving(Frozen):
    def forward(self, images):
        raise SystemExit(3)


class Auxiliary(nn.Linear):
    def __init__(self):
        super().__init__(48, 3)

    def forward(self, images):
        logits = super().forward(images.flatten(1))
        return (logits, logits) if self.training else logits


class Detached(nn.Linear):
    def __init__(self):
        super().__init__(48, 3)

    def forward(self, images):
        return super().forward(images.flatten(1)).detach()


class FailingInTraining(Auxiliary):
    def forward(self, images):
        if self.training:
            raise ValueError("in training only")
        return super().forward(images)


class Remembering(nn.ReLU):
    def get_extra_state(self):
        return {"calls": 3}

    def set_extra_state(self, state):
        pass


def remembering():
    return nn.Sequential(nn.Flatten(), nn.Linear(48, 3), nn.Sequential(Remembering()))


def number():
    return 3


def a_class():
    return Frozen
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "nets_of_mine.py").write_text(CODE)
    return tmp_path


def _profile(folder: Path, name: str, **arguments: Any) -> CustomModelProfile:
    return CustomModelProfile(callable=f"nets_of_mine:{name}", folder=folder, arguments=arguments)


def test_the_callable_is_told_channels_image_size_and_classes(folder: Path) -> None:
    model = build_model(_profile(folder, "told"), SMALL)
    assert model(torch.zeros(5, 2, 4, 6)).shape == (5, 3)


def test_lazy_layers_have_their_shapes_before_parameters_are_counted(folder: Path) -> None:
    model = build_model(_profile(folder, "lazy"), SMALL)
    assert count_parameters(model) == (48 + 1) * 5 + (5 + 1) * 3


def test_a_lazy_layer_that_forward_never_reaches_is_named(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"nets_of_mine:unused_lazy: '0\.other\.weight'"):
        build_model(_profile(folder, "unused_lazy"), SMALL)


@pytest.mark.parametrize(("name", "found"), [("number", "int"), ("a_class", "the class Frozen")])
def test_what_is_no_network_is_refused(folder: Path, name: str, found: str) -> None:
    with pytest.raises(CallableError, match=f"nets_of_mine:{name} gave {found}"):
        build_model(_profile(folder, name), SMALL)


def test_a_network_without_a_parameter_to_train_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="nets_of_mine:Frozen has no parameter to train"):
        build_model(_profile(folder, "Frozen"), SMALL)


def test_a_wrong_number_of_logits_is_refused_with_both_shapes(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"\(2, 7\).*\(2, 3\)"):
        build_model(_profile(folder, "for_size", size=48, classes=7), SMALL)


def test_a_network_for_another_image_size_is_refused_with_the_datas(folder: Path) -> None:
    with pytest.raises(CallableError, match=r"4x6 pixels and 2 channels, raised RuntimeError") as e:
        build_model(_profile(folder, "for_size", size=50), SMALL)
    assert "data.image_size" in e.value.hint


def test_logits_with_something_else_in_train_mode_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match=r"Auxiliary in train mode gives .* type tuple"):
        build_model(_profile(folder, "Auxiliary"), SMALL)


def test_logits_that_nothing_can_be_learnt_from_are_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="Detached in train mode gives logits without a gradient"):
        build_model(_profile(folder, "Detached"), SMALL)


def test_state_that_is_no_tensor_is_refused_with_its_module(folder: Path) -> None:
    with pytest.raises(
        ModelError, match=r"remembering: module '2\.0' has '_extra_state'"
    ) as caught:
        build_model(_profile(folder, "remembering"), SMALL)
    assert "register_buffer" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "raised"),
    [
        ("Failing", "KeyError"),
        ("Leaving", "SystemExit"),
        ("FailingInTraining", "ValueError"),
    ],
)
def test_an_exception_in_forward_is_told_with_its_line(
    folder: Path, name: str, raised: str
) -> None:
    line = next(
        number for number, text in enumerate(CODE.splitlines(), 1) if f"raise {raised}" in text
    )
    with pytest.raises(CallableError, match=rf"{raised}: .*nets_of_mine\.py, line {line}\)"):
        build_model(_profile(folder, name), SMALL)
