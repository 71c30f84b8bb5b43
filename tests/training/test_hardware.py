"""What "auto" becomes, and what is refused."""

from pathlib import Path

import pytest
import torch

from workbench.config.training import TrainingProfile
from workbench.errors import DeviceError
from workbench.training.hardware import decide, has_compiler, pick_device

needs_compiler = pytest.mark.skipif(not has_compiler(), reason="needs a C++ compiler")


@pytest.mark.parametrize(
    ("flags", "precision"),
    [
        ("fma avx512f avx512_bf16 fsrm", "bf16"),
        ("avx512f amx_bf16", "bf16"),
        ("fma avx512f avx512_bf16_of_another_kind", "fp32"),
        ("", "fp32"),
    ],
)
def test_auto_on_a_cpu_is_bf16_where_it_multiplies_bf16_and_says_so(
    flags: str, precision: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor\t: 0\nflags\t\t: {flags}\nbugs\t:\n")
    monkeypatch.setattr("workbench.training.hardware.CPU_INFO", tmp_path / "cpuinfo")
    hardware = decide(TrainingProfile(), "cpu")
    assert (hardware.device, hardware.precision) == ("cpu", precision)
    assert hardware.reasons["precision"].startswith("auto: ")


def test_a_system_that_tells_nothing_of_its_cpu_computes_in_fp32(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.training.hardware.CPU_INFO", tmp_path / "none")
    assert decide(TrainingProfile(), "cpu").precision == "fp32"


@needs_compiler
def test_whether_to_compile_is_left_to_who_knows_the_run() -> None:
    hardware = decide(TrainingProfile(), "cpu")
    assert hardware.compile is None
    assert "long enough" in hardware.reasons["compile"]


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
