"""Checkpoints with a right checksum and wrong content: each is refused in one line."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.training.small import a_profile, a_trainer, last_checkpoint, steps_of, stop_at
from workbench.config.optimizer import SGDProfile
from workbench.data.dataset import Dataset
from workbench.errors import CheckpointError
from workbench.training.checkpoint import read_checkpoint

Payload = dict[str, Any]


@pytest.fixture(scope="module")
def written(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint in the middle of the second epoch, with everything in it."""
    folder = tmp_path_factory.mktemp("written")
    last_checkpoint(a_trainer(dataset, a_profile(ema_decay=0.9)).train(stop_at(6)), folder)
    return folder / "last.pt"


@pytest.fixture
def spoiled(written: Path, tmp_path: Path) -> Callable[[Callable[[Payload], object]], Path]:
    def make(spoil: Callable[[Payload], object]) -> Path:
        payload = torch.load(written, weights_only=True)
        spoil(payload)
        torch.save(payload, tmp_path / "spoiled.pt")
        return tmp_path / "spoiled.pt"

    return make


def put(value: object, *keys: object) -> Callable[[Payload], object]:
    def spoil(payload: Payload) -> None:
        at: Any = payload
        for key in keys[:-1]:
            at = at[key]
        at[keys[-1]] = value

    return spoil


def resume(path: Path, dataset: Dataset) -> object:
    """All that comes before anything of a resume is recorded."""
    return a_trainer(dataset, a_profile(ema_decay=0.9), read_checkpoint(path))


def test_untouched_it_is_taken(spoiled: Callable[..., Path], dataset: Dataset) -> None:
    resume(spoiled(lambda payload: None), dataset)


OF_OTHER_TYPES = [
    put(3, "profile"),
    put(3, "data_fingerprint"),
    put(["torch"], "versions"),
    put({"torch": 2}, "versions"),
    put(None, "optimizer"),
    put({"state": None}, "optimizer"),
    put({"state": {"0": {}}}, "optimizer"),
    put({"state": {0: {"step": 1}}}, "optimizer"),
    put([], "model"),
    put({"weight": 1.0}, "best_model"),
    put({1: torch.zeros(1)}, "average"),
    put({"weight": torch.zeros(1, device="meta")}, "model"),
    put(None, "random_state"),
    put(10**6, "hardware", "threads"),
    put(0, "hardware", "threads"),
    put("fp64", "hardware", "precision"),
    put(-5, "position", "epoch"),
    put(-105, "position", "step"),
    put(10**30, "position", "step"),
    put(2**53, "position", "samples"),
    put(-1, "position", "correct"),
    put(float("nan"), "position", "loss_sum"),
    put(-1.0, "position", "seconds"),
    put(-2, "position", "best", "epoch"),
    put(-1, "position", "best", "waited"),
    put(torch.zeros(3), "version"),
]


@pytest.mark.parametrize("spoil", OF_OTHER_TYPES)
def test_content_of_other_types_and_out_of_all_bounds_is_refused_where_it_is_read(
    spoil: Callable[[Payload], object], spoiled: Callable[..., Path]
) -> None:
    with pytest.raises(CheckpointError, match=r"is not a checkpoint of this program$"):
        read_checkpoint(spoiled(spoil))


GENERATOR = torch.zeros(625, dtype=torch.int64)

UNFIT = [
    (put({}, "random_state"), "random state"),
    (put(torch.zeros(5), "random_state", "cpu"), "random state"),
    (put(torch.zeros(624), "random_state", "python"), "random state"),
    (put(GENERATOR + 10**6, "random_state", "numpy"), "random state"),
    (put(GENERATOR - 1, "random_state", "numpy"), "random state"),
    (put(torch.zeros(2), "random_state", "python_gauss"), "random state"),
    (put(torch.zeros(3, 3), "optimizer", "state", 0, "exp_avg"), "exp_avg of parameter 0"),
    (put(torch.zeros(1), "optimizer", "state", 0, "step"), "step of parameter 0"),
    (put(torch.tensor(-1.0), "optimizer", "state", 0, "step"), "updated -1 times"),
    (put(torch.tensor(float("nan")), "optimizer", "state", 0, "step"), "updated nan times"),
    (put(None, "optimizer", "state", 0, "exp_avg"), "has no exp_avg"),
    (put({"step": torch.tensor(1.0)}, "optimizer", "state", 0), "has no exp_avg"),
    (put({}, "optimizer", "state", 10**9), "more parameters"),
    (put({}, "best_model"), "best weights do not fit"),
    (put({"\x1b[2J": torch.zeros(1)}, "best_model"), "best weights do not fit"),
    (put({}, "average"), "averages do not fit"),
    (put({}, "model"), "weights do not fit"),
    (put({"\x1b[2J": torch.zeros(1)}, "model"), "weights do not fit"),
    (put("[" * 100_000, "profile"), "profile is not valid"),
]


@pytest.mark.parametrize(("spoil", "what"), UNFIT)
def test_what_does_not_fit_the_model_is_refused_before_it_trains(
    spoil: Callable[[Payload], object], what: str, spoiled: Callable[..., Path], dataset: Dataset
) -> None:
    with pytest.raises(CheckpointError, match=what) as caught:
        resume(spoiled(spoil), dataset)
    assert caught.value.message.isprintable()


def test_averages_and_best_weights_of_another_shape_are_refused(
    spoiled: Callable[..., Path], dataset: Dataset
) -> None:
    """One number would be broadcast, the other found only when the training has finished."""
    for part in ("average", "best_model"):

        def narrow(payload: Payload, part: str = part) -> None:
            payload[part] = {name: weight.flatten()[:1] for name, weight in payload[part].items()}

        with pytest.raises(CheckpointError, match="has shape"):
            resume(spoiled(narrow), dataset)


def test_compressed_records_are_refused_before_they_are_unpacked(
    written: Path, tmp_path: Path
) -> None:
    bomb = tmp_path / "bomb.pt"
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(bomb, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name), zipfile.ZIP_DEFLATED)
    assert torch.load(bomb, weights_only=True)["version"] == 1  # torch itself would take it
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(bomb)


def test_records_that_say_they_are_larger_than_the_file_are_refused(
    written: Path, tmp_path: Path
) -> None:
    data = bytearray(written.read_bytes())
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (2**31).to_bytes(4, "little")  # its uncompressed size
    (tmp_path / "large.pt").write_bytes(data)
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(tmp_path / "large.pt")


def test_torchs_older_format_that_is_no_zip_is_refused(written: Path, tmp_path: Path) -> None:
    payload = torch.load(written, weights_only=True)
    torch.save(payload, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match="is not a checkpoint"):
        read_checkpoint(tmp_path / "old.pt")


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_an_optimizer_without_momentum_has_nothing_to_remember(
    momentum: float, dataset: Dataset, tmp_path: Path
) -> None:
    profile = a_profile().model_copy(update={"optimizer": SGDProfile(momentum=momentum)})
    whole = list(a_trainer(dataset, profile).train())
    checkpoint = last_checkpoint(a_trainer(dataset, profile).train(stop_at(6)), tmp_path)
    resumed = list(a_trainer(dataset, profile, checkpoint).train())
    assert steps_of(resumed, "loss") == steps_of(whole, "loss")[6:]


def test_a_checkpoint_from_before_pythons_and_numpys_generators_were_kept_still_loads(
    spoiled: Callable[..., Path], dataset: Dataset
) -> None:
    def older(payload: Payload) -> None:
        payload["random_state"] = {"cpu": payload["random_state"]["cpu"]}

    resume(spoiled(older), dataset)
