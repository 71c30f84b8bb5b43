"""What "auto" becomes, and what is refused."""

import pytest
import torch

from workbench.config.training import TrainingProfile
from workbench.errors import DeviceError
from workbench.training.hardware import decide, pick_device


def test_auto_on_a_cpu_is_fp32_without_compiling_and_says_why() -> None:
    hardware = decide(TrainingProfile(), "cpu")
    assert (hardware.device, hardware.precision, hardware.compile) == ("cpu", "fp32", False)
    assert hardware.reasons["precision"].startswith("auto: ")
    assert hardware.reasons["compile"].startswith("auto: ")


def test_what_the_profile_names_is_kept() -> None:
    hardware = decide(TrainingProfile(precision="bf16", compile="off"), "cpu")
    assert hardware.precision == "bf16"
    assert hardware.reasons["precision"] == "set in the profile"


def test_threads_are_recorded() -> None:
    assert decide(TrainingProfile(), "cpu").threads == torch.get_num_threads()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a CUDA device")
def test_cuda_without_a_card_is_refused_with_the_way_out() -> None:
    with pytest.raises(DeviceError, match="no CUDA device") as caught:
        pick_device("cuda")
    assert "--device cpu" in caught.value.hint


@pytest.mark.parametrize("name", ["gpu", "cpu:x", "", "meta"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(DeviceError):
        pick_device(name)


def test_compiling_without_a_compiler_is_refused_or_left_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(DeviceError, match=r"C\+\+ compiler"):
        decide(TrainingProfile(compile="on"), "cpu")
    hardware = decide(TrainingProfile(compile="auto"), "cpu")
    assert not hardware.compile
    assert hardware.reasons["compile"] == "auto: no C++ compiler"
