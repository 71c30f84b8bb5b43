"""A network of one's own that goes wrong only while it trains or is evaluated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.training.small import a_profile, a_trainer
from workbench.config.model import CustomModelProfile
from workbench.config.profile import RunProfile
from workbench.data.dataset import Dataset
from workbench.errors import DeviceMemoryError, ExitCode, ForwardError
from workbench.events import Event

CODE = '''
import torch
from torch import nn


class Late(nn.Module):
    """Well until a batch comes that is larger than the trial's two images."""

    def __init__(self, classes, how, when):
        super().__init__()
        self.linear = nn.Linear(64, classes)
        self.how, self.training_fails = how, when == "training"

    def forward(self, images):
        logits = self.linear(images.flatten(1))
        if len(images) == 2 or self.training != self.training_fails:
            return logits
        return getattr(self, self.how)(logits)

    def raises(self, logits):
        raise ValueError("not this time")

    def leaves(self, logits):
        raise SystemExit(0)

    def has_no_memory(self, logits):
        raise torch.OutOfMemoryError("CUDA out of memory")

    def changes_shape(self, logits):
        return logits[:, 1:]

    def detaches(self, logits):
        return logits.detach()

    def raises_backward(self, logits):
        return Broken.apply(logits)


class Broken(torch.autograd.Function):
    @staticmethod
    def forward(context, logits):
        return logits * 1

    @staticmethod
    def backward(context, gradient):
        raise KeyError("backwards")
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "late_network.py").write_text(CODE)
    return tmp_path


def profile_of(folder: Path, **arguments: Any) -> RunProfile:
    model = CustomModelProfile(callable="late_network:Late", folder=folder, arguments=arguments)
    return a_profile(epochs=1, compile="off").model_copy(update={"model": model})


def trained(dataset: Dataset, folder: Path, how: str, when: str = "training") -> list[Event]:
    return list(a_trainer(dataset, profile_of(folder, how=how, when=when)).train())


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(CODE.splitlines(), 1) if text in line)


@pytest.mark.parametrize("when", ["training", "evaluation"])
@pytest.mark.parametrize(("how", "raised"), [("raises", "ValueError"), ("leaves", "SystemExit")])
def test_what_its_forward_raises_has_a_file_and_a_line(
    dataset: Dataset, folder: Path, how: str, raised: str, when: str
) -> None:
    with pytest.raises(ForwardError) as caught:
        trained(dataset, folder, how, when)
    line = line_of(f"raise {raised}")
    assert caught.value.message.startswith(f"late_network:Late raised {raised}: ")
    assert caught.value.message.endswith(f"({folder / 'late_network.py'}, line {line})")
    assert "--debug" in caught.value.hint
    assert caught.value.exit_code is ExitCode.FAILED


def test_so_has_what_a_backward_of_its_own_raises(dataset: Dataset, folder: Path) -> None:
    line = line_of("raise KeyError")
    with pytest.raises(ForwardError, match=rf"KeyError: 'backwards' .*line {line}\)"):
        trained(dataset, folder, "raises_backward")


@pytest.mark.parametrize(("when", "images"), [("training", 32), ("evaluation", 20)])
def test_logits_that_change_their_shape_are_refused(
    dataset: Dataset, folder: Path, when: str, images: int
) -> None:
    shapes = rf"\({images}, 9\), wanted are logits of shape \({images}, 10\)"
    with pytest.raises(ForwardError, match=f"late_network:Late gave a tensor of shape {shapes}"):
        trained(dataset, folder, "changes_shape", when)


def test_logits_that_lose_their_gradient_are_refused(dataset: Dataset, folder: Path) -> None:
    with pytest.raises(ForwardError, match="gave logits without a gradient"):
        trained(dataset, folder, "detaches")


def test_memory_that_ran_out_is_no_fault_of_the_code(dataset: Dataset, folder: Path) -> None:
    with pytest.raises(DeviceMemoryError, match="in step 0"):
        trained(dataset, folder, "has_no_memory")
