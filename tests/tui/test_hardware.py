"""What a process takes of the machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.store.liveness import Owner, read_owner, write_owner
from workbench.tui.hardware import gpu_usage, meter_of, visible_device


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    write_owner(tmp_path)
    owner = read_owner(tmp_path)
    assert owner is not None
    return owner


def test_a_process_of_this_machine_is_measured(owner: Owner) -> None:
    meter = meter_of(owner)
    assert meter is not None
    usage = meter.read("cpu")
    assert usage is not None
    assert usage.bytes_used > 1_000_000
    assert usage.gpu is None


def test_a_process_of_another_host_is_not(owner: Owner) -> None:
    assert meter_of(owner.model_copy(update={"host": "elsewhere"})) is None
    assert meter_of(None) is None


def test_a_process_that_is_gone_is_not(owner: Owner) -> None:
    assert meter_of(owner.model_copy(update={"pid": 2**22 + 1})) is None


@pytest.mark.parametrize(
    ("visible", "number", "device"),
    [("", 1, "1"), ("3,5", 1, "5"), ("GPU-ab", 0, "GPU-ab"), ("2", 1, "1")],
)
def test_devices_are_counted_as_the_process_sees_them(
    visible: str, number: int, device: str
) -> None:
    assert visible_device(visible, number) == device


def test_a_device_that_is_not_there_has_no_figures() -> None:
    assert gpu_usage("GPU-none") is None
