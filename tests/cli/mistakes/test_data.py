"""Mistakes in data, code and devices: told before a run folder is claimed."""

from __future__ import annotations

import os
import socket
import struct
import urllib.request
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from PIL import Image

from tests.cli.mistakes.refused import Refusal, refused, refused_untouched

Workbench = Callable[..., Result]

PROFILE = """
[data]
kind = "image_folder"
root = "images"
[model]
kind = "se_resnet"
blocks = 1
[training]
epochs = 1
batch_size = 4
"""


def picture(size: int = 8, seed: int = 0) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size, size, 3), np.uint8)
    return Image.fromarray(pixels)


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """A good folder: `train` and `test`, classes `cat` and `dog`, five images each."""
    root = tmp_path / "images"
    for part in ("train", "test"):
        for label, name in enumerate(("cat", "dog")):
            folder = root / part / name
            folder.mkdir(parents=True)
            for number in range(5):
                picture(seed=10 * label + number).save(folder / f"{number}.png")
    return root


@pytest.fixture
def profile(tmp_path: Path, images: Path) -> Path:
    """A profile of that folder."""
    path = tmp_path / "mine.toml"
    path.write_text(PROFILE)
    return path


@pytest.fixture
def refuses(workbench: Workbench, profile: Path, runs: Path) -> Callable[..., Refusal]:
    """`refuses("key=value", ...)`: runs the profile, which must be refused and leave no trace."""

    def run(*settings: str) -> Refusal:
        arguments = [word for setting in settings for word in ("--set", setting)]
        return refused_untouched(workbench("run", profile, *arguments), runs)

    return run


def test_the_folder_itself_is_good(workbench: Workbench, profile: Path) -> None:
    result = workbench("run", profile, "-q")
    assert result.exit_code == 0, result.output


# Image folders


def test_a_missing_folder(refuses: Callable[..., Refusal], tmp_path: Path) -> None:
    refusal = refuses(f"data.root={tmp_path / 'nowhere'}")
    assert str(tmp_path / "nowhere") in refusal.message
    assert "data.root" in refusal.hint


def test_a_file_instead_of_a_folder(refuses: Callable[..., Refusal], profile: Path) -> None:
    assert str(profile) in refuses(f"data.root={profile}").message


def test_an_empty_class_folder(refuses: Callable[..., Refusal], images: Path) -> None:
    (images / "train" / "bird").mkdir()
    (images / "test" / "bird").mkdir()
    assert f"{images / 'train' / 'bird'} has no image files" in refuses().message


def test_one_class_only(refuses: Callable[..., Refusal], images: Path) -> None:
    for part in ("train", "test"):
        (images / part / "dog").rename(images / f"{part}-dog")
    refusal = refuses()
    assert "only one class, cat" in refusal.message
    assert "at least two" in refusal.hint


def test_other_classes_in_test_than_in_train(refuses: Callable[..., Refusal], images: Path) -> None:
    (images / "test" / "dog").rename(images / "test" / "wolf")
    message = refuses().message
    assert "only in train: dog" in message
    assert "only in test: wolf" in message


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_text("not an image")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(path: Path) -> None:
    """A small file that says it holds 100,000 x 100,000 pixels."""
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0))
    data = png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + header + data + png_chunk(b"IEND", b""))


def loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone.png")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES = [cut_off, emptied, text, bomb, loop, dangling, pipe]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_an_unreadable_image_is_named(
    refuses: Callable[..., Refusal], images: Path, damage: Callable[[Path], None]
) -> None:
    path = images / "train" / "cat" / "2.png"
    damage(path)
    refusal = refuses()
    assert str(path) in refusal.message
    assert refusal.hint


def test_all_unreadable_images_are_listed_at_once(
    refuses: Callable[..., Refusal], images: Path
) -> None:
    damaged = [images / part / name / "1.png" for part in ("train", "test") for name in ("cat",)]
    damaged.append(images / "train" / "dog" / "4.png")
    for path in damaged:
        text(path)
    message = refuses().message
    assert [path for path in damaged if str(path) not in message] == []


def test_unreadable_images_may_be_skipped(
    workbench: Workbench, profile: Path, images: Path, runs: Path
) -> None:
    text(images / "train" / "cat" / "2.png")
    result = workbench("run", profile, "--set", "data.on_error=skip")
    assert result.exit_code == 0
    assert str(images / "train" / "cat" / "2.png") in result.stderr


def test_a_class_folder_that_is_a_loop(refuses: Callable[..., Refusal], images: Path) -> None:
    loop_ = images / "train" / "loop"
    loop_.symlink_to(loop_)
    (images / "test" / "loop").mkdir()
    assert str(images) in refuses().message


def test_images_of_different_sizes(refuses: Callable[..., Refusal], images: Path) -> None:
    picture(size=9).save(images / "test" / "dog" / "3.png")
    refusal = refuses()
    assert f"{images / 'test' / 'dog' / '3.png'} is 9x9 pixels" in refusal.message
    assert "data.image_size" in refusal.hint


# Numbers that do not fit the data


@pytest.mark.parametrize(
    ("setting", "key", "told"),
    [
        ("training.batch_size=1000", "training.batch_size", "1000"),
        ("data.validation=1000", "data.validation", "1000"),
        ("data.validation=10", "data.validation", "none of the 10 training images"),
        ("data.mean=[0.5]", "data.mean", "3"),
        ("training.class_weights=[1.0, 1.0, 1.0]", "training.class_weights", "2"),
        ("data.augment=[{kind='random_crop', padding=8}]", "random_crop", "8"),
        ("data.augment=[{kind='gaussian_blur', kernel_size=31}]", "gaussian_blur", "31"),
        ("model={kind='vgg_a'}", "vgg_a", "8x8"),
        ("model={kind='torchvision', name='alexnet'}", "alexnet", "8x8"),
        ("model={kind='torchvision', name='vit_b_16'}", "vit_b_16", "8"),
        ("model={kind='torchvision', name='resnet19'}", "resnet19", ""),
        ("model={kind='torchvision', name='resnet18', arguments={wings=2}}", "resnet18", "wings"),
        ("model={kind='torchvision', name='resnet18', weights='/gone.pth'}", "/gone.pth", ""),
    ],
)
def test_what_does_not_fit_the_data_is_told_with_its_key(
    refuses: Callable[..., Refusal], setting: str, key: str, told: str
) -> None:
    refusal = refuses(setting)
    assert key in refusal.message
    assert told in refusal.message
    assert refusal.hint


# Code of one's own


CODE = """
import numpy as np
import torch

images = np.zeros((20, 3, 8, 8), np.uint8)
labels = np.arange(20) % 2
number = 3

def good(): return images, labels
def asks(size): return images, labels
def raises(): raise ValueError("no \\x1b[31mcolour")
def leaves(): raise SystemExit(3)
def nothing(): return None
def shorter(): return images, labels[:-1]
def negative(): return images, labels - 1
def halves(): return images, labels / 2
def floats(): return images + 3.5, labels
def unknown(): return images * float("nan"), labels
def flat(): return images.reshape(20, -1), labels
def one_class(): return images, labels * 0
def words(): return "images", "labels"
def endless(): return iter(int, 1)

def net(classes): return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, classes))
def wide(): return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 7))
def narrow(classes): return torch.nn.Linear(5, classes)
def fixed(): return torch.nn.Sequential(torch.nn.Flatten(), torch.nn.AvgPool1d(96))
"""


@pytest.fixture
def code(profile: Path) -> Path:
    """A module beside the profile."""
    path = profile.parent / "mine.py"
    path.write_text(CODE)
    return path


def own_data(name: str, code: Path) -> str:
    return f"data={{kind='custom', callable='{name}', folder='{code.parent}'}}"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("absent:good", "there is no module 'absent'"),
        ("mine:godo", "there is no 'godo' in it"),
        ("mine:number", "is not callable"),
        ("mine:asks", "size"),
        ("mine:raises", "ValueError: no \\x1b[31mcolour"),
        ("mine:raises", "mine.py, line "),
        ("mine:leaves", "SystemExit"),
        ("mine:nothing", "None"),
        ("mine:shorter", "19"),
        ("mine:negative", "-1"),
        ("mine:halves", "0.5"),
        ("mine:floats", "3.5"),
        ("mine:unknown", "nan"),
        ("mine:flat", "(20, 192)"),
        ("mine:one_class", "one class"),
        ("mine:words", "str"),
        ("mine:endless", "iterator"),
    ],
)
def test_own_data_that_cannot_be_used(
    refuses: Callable[..., Refusal], code: Path, name: str, told: str
) -> None:
    refusal = refuses(own_data(name, code))
    assert name in refusal.message
    assert told.lower() in refusal.message.lower()
    assert refusal.hint


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("mine:number", "is not callable"),
        ("mine:raises", "ValueError"),
        ("mine:nothing", "None"),
        ("mine:wide", "(2, 7)"),
        ("mine:narrow", "8x8"),
        ("mine:fixed", "parameter"),
    ],
)
def test_an_own_model_that_cannot_be_used(
    refuses: Callable[..., Refusal], code: Path, name: str, told: str
) -> None:
    refusal = refuses(f"model={{kind='custom', callable='{name}', folder='{code.parent}'}}")
    assert name in refusal.message
    assert told.lower() in refusal.message.lower()
    assert refusal.hint


def test_own_code_that_is_no_python(refuses: Callable[..., Refusal], code: Path) -> None:
    code.write_text("def load(:\n")
    refusal = refuses(own_data("mine:load", code))
    assert "SyntaxError" in refusal.message


def test_own_data_and_an_own_model_that_are_good(
    workbench: Workbench, profile: Path, code: Path
) -> None:
    settings = [own_data("mine:good", code)]
    settings.append(f"model={{kind='custom', callable='mine:net', folder='{code.parent}'}}")
    arguments = [word for setting in settings for word in ("--set", setting)]
    result = workbench("run", profile, "-q", *arguments)
    assert result.exit_code == 0, result.output


# Data sets that must be downloaded


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every connection goes to a port of this machine that nobody listens on."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
        for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(variable, address)
        for variable in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        urllib.request.install_opener(None)  # what it knew of proxies is forgotten
        yield
        urllib.request.install_opener(None)


@pytest.mark.parametrize(
    ("kind", "file"),
    [("cifar10", "cifar-10-python.tar.gz"), ("cifar100", "cifar-100-python.tar.gz")],
)
@pytest.mark.usefixtures("no_network")
def test_a_data_set_that_is_not_there_and_no_network(
    refuses: Callable[..., Refusal], tmp_path: Path, kind: str, file: str
) -> None:
    refusal = refuses(f"data={{kind='{kind}', root='{tmp_path / 'sets'}'}}")
    told = f"{refusal.message} {refusal.hint}"
    assert str(tmp_path / "sets") in told
    assert file in told
    assert "https://" in told


# Devices and folders


def test_a_gpu_that_is_not_there(
    workbench: Workbench, profile: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    refusal = refused_untouched(workbench("run", profile, "--device", "cuda"), runs)
    assert "cuda was asked for" in refusal.message
    assert "--device cpu" in refusal.hint


def test_a_runs_folder_that_is_a_file(workbench: Workbench, profile: Path) -> None:
    refusal = refused(workbench("run", profile, "--runs", profile))
    assert str(profile) in refusal.message


@pytest.mark.parametrize("command", ["run", "runs", "show", "stop", "resume", "evaluate"])
def test_a_runs_folder_whose_name_is_too_long(
    workbench: Workbench, profile: Path, tmp_path: Path, command: str
) -> None:
    words = {"run": [profile, "-q"], "runs": []}.get(command, ["latest"])
    refusal = refused(workbench(command, *words, "--runs", tmp_path / ("x" * 300)))
    assert refusal.message.endswith("xxx: File name too long")
    assert "--runs" in refusal.hint


def test_a_runs_folder_that_cannot_be_made(workbench: Workbench, profile: Path) -> None:
    refusal = refused(workbench("run", profile, "-q", "--runs", profile / "runs"))
    assert str(profile / "runs") in refusal.message
    assert "--runs" in refusal.hint


def test_a_runs_folder_that_is_not_writable(
    workbench: Workbench, profile: Path, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may write anywhere, so the refusal itself is what is put in place of mkdir."""
    runs.mkdir()

    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refuse)
    refusal = refused_untouched(workbench("run", profile, "-q"), runs)
    assert str(runs) in refusal.message
    assert "permission denied" in refusal.message.lower()
    assert "--runs" in refusal.hint


@pytest.mark.parametrize("command", ["show", "stop", "resume", "evaluate"])
def test_a_run_that_is_not_there(workbench: Workbench, runs: Path, command: str) -> None:
    refusal = refused(workbench(command, "nothing"))
    assert refusal.message == f"no runs in {runs}"
    assert "workbench run" in refusal.hint
