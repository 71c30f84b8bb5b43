"""When compiling pays, and what is compiled."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer, steps_of
from workbench.data.dataset import Dataset
from workbench.models.se_resnet import SEResNet
from workbench.models.vgg import VGGA
from workbench.training.compiling import Work, compiled, decided, work_of
from workbench.training.hardware import Hardware

IMAGE = torch.zeros(1, 3, 32, 32)


def hardware(device: str = "cpu", threads: int = 2) -> Hardware:
    return Hardware(device, "fp32", None, threads, reasons={"precision": "as asked"})


def chooses(work: Work, on: Hardware) -> bool:
    chosen = decided(on, work).compile
    assert chosen is not None
    return chosen


def test_the_work_of_a_run_is_counted_in_its_network() -> None:
    model = SEResNet(8)
    work = work_of(model, IMAGE, images=2_560, steps=10)
    macs = 111.6e6  # an image's, in convolutions and linear layers (RECIPES)
    assert work.flops / 2_560 == pytest.approx(3 * 2 * macs, rel=2e-3)
    assert (work.steps, model.training) == (10, True)


def test_counting_changes_nothing_in_the_network() -> None:
    model = SEResNet(1).train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    work_of(model, IMAGE, images=1, steps=1)
    assert all(torch.equal(before[name], weight) for name, weight in model.state_dict().items())


def test_the_reports_run_is_compiled_and_a_short_one_is_not() -> None:
    model = SEResNet(7)
    whole = work_of(model, IMAGE, images=10_000_000, steps=39_100)
    trial = work_of(model, IMAGE, images=2_560, steps=10)
    assert chooses(whole, hardware())
    assert not chooses(trial, hardware())


def test_a_network_that_spends_its_time_in_convolutions_is_not_compiled() -> None:
    work = work_of(VGGA(batch_norm=True), IMAGE, images=10_000_000, steps=78_200)
    assert not chooses(work, hardware())


def test_a_quicker_machine_needs_a_longer_run() -> None:
    images = 1_000
    while not chooses(work_of(SEResNet(1), IMAGE, images, images // 100), hardware(threads=1)):
        images *= 2
    work = work_of(SEResNet(1), IMAGE, images, images // 100)
    assert not chooses(work, hardware(threads=16))


@pytest.mark.parametrize("steps", [10, 100_000])
def test_the_reason_tells_the_estimate_and_leaves_the_other_reasons(steps: int) -> None:
    chosen = decided(hardware("cuda:0"), Work(steps, modules=100, flops=0, elements=steps * 1e9))
    assert chosen.reasons["precision"] == "as asked"
    verdict = "pays" if steps > 10 else "would not pay"
    assert f"compiling takes about 0.6 min and {verdict}" in chosen.reasons["compile"]


def test_batches_of_other_sizes_go_uncompiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each size would be compiled anew."""

    def compile_(model: nn.Module, **_: object) -> Callable[[Tensor], Tensor]:
        return lambda images: model(images) + 1

    monkeypatch.setattr(torch, "compile", compile_)
    forward = compiled(nn.Identity(), {4, 5})
    sums = [float(forward(torch.zeros(size)).max()) for size in (3, 4, 5, 6)]
    assert sums == [0, 1, 1, 0]


def test_a_run_keeps_its_choice_and_the_reason(dataset: Dataset) -> None:
    learner = a_trainer(dataset, a_profile(compile="auto")).learner
    assert learner.hardware.compile is False
    assert "would not pay" in learner.hardware.reasons["compile"]


@pytest.mark.slow
def test_a_compiled_training_has_the_losses_of_an_uncompiled_one(dataset: Dataset) -> None:
    """Up to rounding, in a network without dropout, whose numbers would be others."""

    def losses(compile_: str) -> list[float]:
        profile = a_profile(compile=compile_, max_steps=4)
        model = profile.model.model_copy(update={"dropout": 0.0})
        profile = profile.model_copy(update={"model": model})
        return steps_of([*a_trainer(dataset, profile).train()], "loss")

    assert losses("on") == pytest.approx(losses("off"), rel=1e-4)
