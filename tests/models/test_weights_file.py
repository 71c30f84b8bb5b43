"""Reading weights: tensors alone, and nothing in a file is ever run."""

import errno
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from workbench.errors import ModelError
from workbench.models.weights_file import read_weights

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "a.bias": torch.ones(2)}


class Running:
    """Makes a file when it is unpickled without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.path),)


def _equal(found: dict[str, Tensor]) -> bool:
    return found.keys() == STATE.keys() and all(torch.equal(found[k], STATE[k]) for k in STATE)


def test_both_formats_give_tensors_by_name(tmp_path: Path) -> None:
    save_file(STATE, tmp_path / "a.safetensors")
    torch.save(STATE, tmp_path / "a.pth")
    assert _equal(read_weights(tmp_path / "a.safetensors"))
    assert _equal(read_weights(tmp_path / "a.pth"))


@pytest.mark.parametrize("key", ["state_dict", "model"])
def test_a_full_checkpoint_gives_its_weights(tmp_path: Path, key: str) -> None:
    torch.save({key: STATE, "epoch": 3, "optimizer": {"lr": 0.1}}, tmp_path / "a.pt")
    assert _equal(read_weights(tmp_path / "a.pt"))


def test_the_prefix_of_distributed_training_is_removed(tmp_path: Path) -> None:
    torch.save({f"module.{k}": v for k, v in STATE.items()}, tmp_path / "a.pth")
    assert _equal(read_weights(tmp_path / "a.pth"))


@pytest.mark.parametrize("save", [torch.save, lambda o, p: p.write_bytes(pickle.dumps(o))])
@pytest.mark.parametrize("name", ["a.pth", "a.pt", "a.safetensors"])
def test_a_pickle_with_code_is_refused_and_not_run(
    tmp_path: Path, save: Callable[[object, Path], object], name: str
) -> None:
    proof = tmp_path / "it ran"
    save({"a.weight": Running(proof)}, tmp_path / name)
    with pytest.raises(ModelError) as caught:
        read_weights(tmp_path / name)
    assert str(tmp_path / name) in caught.value.message
    assert not proof.exists()


def test_a_whole_pickled_network_is_refused_with_what_to_save(tmp_path: Path) -> None:
    torch.save(nn.Linear(2, 2), tmp_path / "a.pth")
    with pytest.raises(ModelError, match=r"a\.pth: it holds more than tensors") as caught:
        read_weights(tmp_path / "a.pth")
    assert "state_dict" in caught.value.hint


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
@pytest.mark.parametrize("content", [b"", b"hello there\n" * 9, b"PK\x03\x04", bytes(64)])
def test_a_file_of_something_else_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError, match="not a file of weights, or damaged") as caught:
        read_weights(tmp_path / name)
    assert str(tmp_path / name) in caught.value.message


@pytest.mark.parametrize("name", ["a.pth", "a.safetensors"])
def test_half_a_file_is_refused(tmp_path: Path, name: str) -> None:
    whole = tmp_path / name
    save_file(STATE, whole) if whole.suffix == ".safetensors" else torch.save(STATE, whole)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    with pytest.raises(ModelError, match="damaged"):
        read_weights(whole)


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([1, 2], "no tensors in it"),
        ({}, "no tensors in it"),
        ({"epoch": 3}, "'epoch' in it is no tensor"),
    ],
)
def test_a_file_without_tensors_is_refused(tmp_path: Path, content: object, found: str) -> None:
    torch.save(content, tmp_path / "a.pth")
    with pytest.raises(ModelError, match=found):
        read_weights(tmp_path / "a.pth")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nothing.pth", os.strerror(errno.ENOENT)),
        ("nothing.safetensors", os.strerror(errno.ENOENT)),
        ("x" * 300, os.strerror(errno.ENAMETOOLONG)),
        (".", "it is a folder"),
    ],
)
def test_a_missing_file_and_a_folder_are_told_with_the_path(
    tmp_path: Path, name: str, reason: str
) -> None:
    with pytest.raises(ModelError, match=reason) as caught:
        read_weights(tmp_path / name)
    assert str(tmp_path / name) in caught.value.message
    assert "model.weights" in caught.value.hint


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pth")
    with pytest.raises(ModelError, match="it is not a regular file"):
        read_weights(tmp_path / "pipe.pth")
