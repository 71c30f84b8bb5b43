"""A training resumed from a checkpoint is the undisturbed one, bit for bit."""

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer, epochs_of, last_checkpoint, steps_of, stop_at
from workbench.config.augment import CutMixProfile, MixUpProfile
from workbench.config.data import CustomDataProfile, DigitsProfile
from workbench.config.model import CustomModelProfile
from workbench.config.profile import RunProfile
from workbench.config.schedule import CosineProfile, OneCycleProfile, ScheduleProfile, StepProfile
from workbench.data.dataset import Dataset, load_dataset
from workbench.errors import CheckpointError
from workbench.events import (
    CheckpointReady,
    Event,
    Started,
)
from workbench.training.checkpoint import read_checkpoint
from workbench.training.hardware import decide
from workbench.training.trainer import Trainer


def same_run(resumed: list[Event], whole: list[Event], first: int) -> bool:
    return steps_of(resumed, "loss") == steps_of(whole, "loss")[first:] and [
        {k: v for k, v in e.metrics.items() if k != "images_per_second"} for e in epochs_of(resumed)
    ] == [
        {k: v for k, v in e.metrics.items() if k != "images_per_second"}
        for e in epochs_of(whole)
        if e.step > first
    ]


def check_resume(profile: RunProfile, dataset: Dataset, step: int, tmp_path: Path) -> None:
    """Train whole; stop after some steps and go on: the same curves, weights and averages."""
    undisturbed = a_trainer(dataset, profile)
    whole = list(undisturbed.train())
    checkpoint = last_checkpoint(a_trainer(dataset, profile).train(stop_at(step)), tmp_path)
    again = a_trainer(dataset, profile, checkpoint)
    torch.manual_seed(999)  # another process has another history of random draws
    resumed = list(again.train())
    assert isinstance(resumed[0], Started)
    assert resumed[0].first_step == step
    assert same_run(resumed, whole, step)
    for final, expected in (
        (again.learner.weights(), undisturbed.learner.weights()),
        (again.progress.best_weights, undisturbed.progress.best_weights),
        (averages(again), averages(undisturbed)),
    ):
        assert final.keys() == expected.keys()
        assert all(torch.equal(final[name], expected[name]) for name in expected)


def averages(trainer: Trainer) -> dict[str, Tensor]:
    return {} if trainer.learner.average is None else trainer.learner.average.weights()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
@pytest.mark.parametrize("step", [0, 3, 4, 6, 11])
def test_a_stopped_run_resumes_bit_for_bit(
    dataset: Dataset, tmp_path: Path, step: int, precision: str
) -> None:
    """In the middle of an epoch too, with augmentation, dropout and batch norm."""
    check_resume(a_profile(precision=precision), dataset, step, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_so_does_a_compiled_one(dataset: Dataset, tmp_path: Path, precision: str) -> None:
    """Its dropout draws from torch's generator too; the last batch of 4 goes uncompiled."""
    check_resume(a_profile(epochs=2, compile="on", precision=precision), dataset, 6, tmp_path)


def test_a_checkpoint_is_of_its_moment_whenever_it_is_written(
    dataset: Dataset, tmp_path: Path
) -> None:
    """A thread writes it while the training goes on."""
    profile = a_profile(epochs=2, ema_decay=0.9)

    def written(at_once: bool) -> bytes:
        ready: list[CheckpointReady] = []
        for event in a_trainer(dataset, profile).train():
            if isinstance(event, CheckpointReady):
                ready.append(event)
                if at_once:
                    break
        file = io.BytesIO()
        ready[0].write(file)
        return file.getvalue()

    def numbers(written: bytes) -> list[Tensor]:
        (tmp_path / "checkpoint.pt").write_bytes(written)
        read = read_checkpoint(tmp_path / "checkpoint.pt")
        states = read.optimizer["state"].values()
        moments = [tensor for state in states for tensor in state.values() if tensor is not None]
        return [*read.model.values(), *read.average.values(), *moments]

    at_once, later = numbers(written(at_once=True)), numbers(written(at_once=False))
    assert len(at_once) == len(later) > 100
    assert all(map(torch.equal, at_once, later))


EVERYTHING = {
    "label_smoothing": 0.1,
    "class_weights": "balanced",
    "gradient_accumulation": 3,
    "ema_decay": 0.9,
}


@pytest.mark.parametrize("option", EVERYTHING)
def test_so_does_one_with_an_option_of_training(
    dataset: Dataset, tmp_path: Path, option: str
) -> None:
    check_resume(a_profile(epochs=2, **{option: EVERYTHING[option]}), dataset, 6, tmp_path)


@pytest.mark.parametrize("step", [3, 4])
def test_so_does_one_with_all_of_them(dataset: Dataset, tmp_path: Path, step: int) -> None:
    check_resume(a_profile(epochs=2, **EVERYTHING), dataset, step, tmp_path)


@pytest.mark.parametrize(
    "schedule", [CosineProfile(warmup_epochs=1), OneCycleProfile(), StepProfile(step_size=1)]
)
def test_so_does_one_with_any_schedule(
    dataset: Dataset, tmp_path: Path, schedule: ScheduleProfile
) -> None:
    profile = a_profile().model_copy(update={"schedule": schedule})
    check_resume(profile, dataset, 6, tmp_path)


@pytest.mark.parametrize("mixing", [MixUpProfile(), CutMixProfile()])
def test_so_does_one_with_mixed_images_and_everything_else_in_bf16(
    dataset: Dataset, tmp_path: Path, mixing: MixUpProfile | CutMixProfile
) -> None:
    profile = a_profile(epochs=2, precision="bf16", **EVERYTHING)
    data = profile.data.model_copy(update={"augment": (mixing,)})
    profile = profile.model_copy(update={"data": data, "schedule": OneCycleProfile()})
    check_resume(profile, dataset, 6, tmp_path)


def test_a_checkpoint_from_before_there_were_averages_still_loads(
    dataset: Dataset, tmp_path: Path
) -> None:
    last_checkpoint(a_trainer(dataset).train(stop_at(6)), tmp_path)
    path = tmp_path / "last.pt"
    payload = torch.load(path, weights_only=True)
    del payload["average"]
    torch.save(payload, path)
    resumed = list(a_trainer(dataset, checkpoint=read_checkpoint(path)).train())
    assert same_run(resumed, list(a_trainer(dataset).train()), 6)


def test_a_checkpoint_of_another_profile_or_data_set_is_refused(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    other_profile = a_profile(epochs=4, clip_norm=2.0)
    with pytest.raises(CheckpointError, match=r": training\.epochs, training\.clip_norm$"):
        a_trainer(dataset, other_profile, checkpoint)
    other = load_dataset(DigitsProfile(train_per_class=12, validation=20), 1)
    with pytest.raises(CheckpointError, match="data set"):
        a_trainer(other, checkpoint=checkpoint)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x02K\x01."])
def test_a_file_that_is_no_checkpoint_is_refused_in_one_line(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "000001.pt"
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is not a checkpoint") as caught:
        read_checkpoint(path)
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("part", "key", "value"),
    [("position", "step", "x"), ("position", "best", []), ("hardware", "device", 1)],
)
def test_so_is_one_whose_content_is_of_other_types(
    dataset: Dataset, tmp_path: Path, part: str, key: str, value: object
) -> None:
    last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    path = tmp_path / "last.pt"
    payload = torch.load(path, weights_only=True)
    payload[part][key] = value
    torch.save(payload, path)
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [torch.zeros(3), torch.tensor(1), [1], "text", {}])
def test_so_is_a_file_of_something_else_that_torch_reads(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(tmp_path / "other.pt")


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (eval, (f"open({str(tmp_path / 'ran')!r}, 'w')",))

    path = tmp_path / "000001.pt"
    torch.save({"version": 1, "model": Hostile()}, path)
    with pytest.raises(CheckpointError):
        read_checkpoint(path)
    assert not (tmp_path / "ran").exists()


def test_a_run_may_be_renamed_and_outlive_a_version_without_some_key(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    known_then = json.loads(checkpoint.profile)
    del known_then["training"]["max_steps"]
    older = replace(checkpoint, profile=json.dumps(known_then))
    renamed = a_profile().model_copy(update={"name": "another-name"})
    assert a_trainer(dataset, renamed, older).progress.position.step == 1
    with pytest.raises(CheckpointError, match=r"training\.max_steps"):
        a_trainer(dataset, a_profile(max_steps=9), older)


def test_a_checkpoint_can_be_resumed_twice(dataset: Dataset, tmp_path: Path) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(6)), tmp_path)
    first = list(a_trainer(dataset, checkpoint=checkpoint).train())
    second = list(a_trainer(dataset, checkpoint=checkpoint).train())
    assert steps_of(first, "loss") == steps_of(second, "loss")


def test_what_changes_no_result_may_change_before_a_resume(
    dataset: Dataset, tmp_path: Path
) -> None:
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    changed = a_profile(checkpoint_minutes=7)
    assert a_trainer(dataset, changed, checkpoint).progress.position.step == 1


def test_code_of_ones_own_may_have_moved(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "workbench.training.learner.build_model",
        lambda *_: nn.Sequential(nn.Flatten(), nn.Linear(64, 10)),
    )

    def in_folder(name: str, callable_: str = "mine:load") -> RunProfile:
        folder = tmp_path / name
        data = CustomDataProfile(callable=callable_, folder=folder)
        model = CustomModelProfile(callable="mine:Model", folder=folder)
        return a_profile().model_copy(update={"data": data, "model": model})

    checkpoint = last_checkpoint(a_trainer(dataset, in_folder("a")).train(stop_at(1)), tmp_path)
    assert a_trainer(dataset, in_folder("b"), checkpoint).progress.position.step == 1
    with pytest.raises(CheckpointError, match=r": data\.callable$"):
        a_trainer(dataset, in_folder("b", "mine:other"), checkpoint)


RANDOM_CODE = """
import random

import numpy as np
from torch import nn


class Noisy(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(64, classes))

    def forward(self, images):
        if self.training:
            images = images + random.random() + np.random.standard_normal()
        return self.layers(images)
"""


def test_a_network_of_ones_own_that_draws_from_python_and_numpy_resumes_bit_for_bit(
    dataset: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "noisy_of_mine.py").write_text(RANDOM_CODE)
    model = CustomModelProfile(callable="noisy_of_mine:Noisy", folder=tmp_path)
    check_resume(a_profile().model_copy(update={"model": model}), dataset, 7, tmp_path)


def test_other_batches_of_evaluations_are_taken_with_a_warning(
    dataset: Dataset, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Their losses are summed in float32 within a batch."""
    checkpoint = last_checkpoint(a_trainer(dataset).train(stop_at(1)), tmp_path)
    a_trainer(dataset, checkpoint=checkpoint)
    assert caplog.records == []
    a_trainer(dataset, a_profile(eval_batch_size=7), checkpoint)
    assert [record.getMessage() for record in caplog.records] == [
        "training.eval_batch_size was 512 and is 7: last bits of evaluations may differ"
    ]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_gpu_trains_stops_and_resumes(dataset: Dataset, tmp_path: Path, precision: str) -> None:
    profile = a_profile(precision=precision)
    hardware = decide(profile.training, "cuda")
    whole = list(Trainer(profile, dataset, hardware).train())
    stopped = Trainer(profile, dataset, hardware).train(stop_at(6))
    checkpoint = last_checkpoint(stopped, tmp_path)
    resumed = list(Trainer(profile, dataset, hardware, checkpoint).train())
    assert steps_of(resumed, "loss") == pytest.approx(steps_of(whole, "loss")[6:], rel=0.05)
