"""Memory that runs out while a run trains."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer
from workbench.data.dataset import Dataset
from workbench.errors import DeviceMemoryError, ExitCode
from workbench.events import Event, Steps
from workbench.runner.attempts import train_run
from workbench.store.runs import open_store
from workbench.training.memory import memory_errors


class Failing(nn.Module):
    """Raises in its `last`-th forward pass of one mode."""

    def __init__(self, error: Exception, *, training: bool, passes: int) -> None:
        super().__init__()
        self.linear = nn.Linear(64, 10)
        self.error, self.fails_in, self.passes = error, training, passes

    def forward(self, images: Tensor) -> Tensor:
        if self.training is self.fails_in:
            if self.passes == 0:
                raise self.error
            self.passes -= 1
        logits: Tensor = self.linear(images.flatten(1))
        return logits


Fail = Callable[..., None]


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> Fail:
    """Have the model raise an error in training or evaluation, after some passes."""

    def arrange(error: Exception, *, training: bool = True, passes: int = 0) -> None:
        model = Failing(error, training=training, passes=passes)
        monkeypatch.setattr("workbench.training.learner.build_model", lambda *_: model)

    return arrange


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has …"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] err == 0. DefaultCPUAllocator: can't …"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        MemoryError(),
    ],
)
def test_a_step_without_memory_says_which_and_what_to_lower(
    dataset: Dataset, fail: Fail, error: Exception
) -> None:
    fail(error, passes=5)
    with pytest.raises(DeviceMemoryError) as caught:
        list(a_trainer(dataset).train())
    assert caught.value.message == "cpu ran out of memory in step 5 with training.batch_size = 32"
    for key in ("training.batch_size", "training.gradient_accumulation", "data.image_size"):
        assert key in caught.value.hint
    assert caught.value.exit_code is ExitCode.FAILED
    assert caught.value.__cause__ is error


def test_an_evaluation_without_memory_says_so(dataset: Dataset, fail: Fail) -> None:
    fail(torch.OutOfMemoryError("CUDA out of memory."), training=False)
    with pytest.raises(DeviceMemoryError, match=r"training\.eval_batch_size = 512$") as caught:
        list(a_trainer(dataset, a_profile(compile="off")).train())
    assert "training.eval_batch_size" in caught.value.hint


def test_a_model_that_the_device_cannot_hold_is_refused_before_the_training(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Huge(nn.Linear):
        def to(self, *_: object, **__: object) -> "Huge":
            raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr("workbench.training.learner.build_model", lambda *_: Huge(64, 10))
    with pytest.raises(DeviceMemoryError, match="ran out of memory for the weights") as caught:
        a_trainer(dataset)
    assert "--device" in caught.value.hint


def test_memory_that_the_device_does_not_have_at_all() -> None:
    """A real allocator's error: an exabyte."""
    with (
        pytest.raises(DeviceMemoryError, match="cpu ran out of memory in a test"),
        memory_errors(torch.device("cpu"), lambda: "in a test", "buy more"),
    ):
        torch.empty(2**58, dtype=torch.float64)


def test_other_errors_go_through_as_they_are(dataset: Dataset, fail: Fail) -> None:
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    fail(error, passes=2)
    with pytest.raises(RuntimeError) as caught:
        list(a_trainer(dataset).train())
    assert caught.value is error


@pytest.mark.parametrize(
    ("error", "raised", "reason"),
    [
        (
            torch.OutOfMemoryError("CUDA out of memory."),
            DeviceMemoryError,
            "cpu ran out of memory in step 5 with training.batch_size = 32",
        ),
        (ValueError("no such shape\nas this"), ValueError, "ValueError: no such shape"),
    ],
)
def test_the_run_ends_as_failed_with_the_reason(
    tmp_path: Path, fail: Fail, error: Exception, raised: type[Exception], reason: str
) -> None:
    fail(error, passes=5)
    seen: list[Event] = []
    with pytest.raises(raised):
        train_run(a_profile(), tmp_path, device="cpu", watch=seen.append)
    run = open_store(tmp_path).find("latest")
    assert run.status().state == "failed"
    assert reason in run.status().reason
    # The epoch before it is whole.
    assert sum(len(e) for e in seen if isinstance(e, Steps) and e.epoch == 0) == 4
