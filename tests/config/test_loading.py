"""From a file to a profile, or to every problem it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.config.data import DigitsProfile, ImageFolderProfile
from workbench.config.loading import load_profile
from workbench.config.model import VGGAProfile
from workbench.config.ready import ready_profiles
from workbench.errors import Problem, ProfileError

Write = Callable[[str], Path]

DIGITS = "data = {kind = 'digits', "


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "trial.toml"
        path.write_text(text)
        return path

    return write


def problems(path: Path, *overrides: str) -> list[str]:
    """What is wrong with a profile; nothing if it is valid."""
    try:
        load_profile(path, overrides)
    except ProfileError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_an_empty_file_is_the_defaults_under_the_file_s_name(tmp_path: Path) -> None:
    path = tmp_path / "My first run.toml"
    path.touch()
    loaded = load_profile(path)
    assert loaded.profile.name == "my-first-run"
    assert loaded.profile.data == DigitsProfile()
    assert (loaded.path, loaded.notes) == (path, ())


def test_a_name_in_the_file_is_kept(write: Write) -> None:
    assert load_profile(write('name = "mine"')).profile.name == "mine"


def test_sections_become_models_of_their_kind(write: Write) -> None:
    profile = load_profile(write('[model]\nkind = "vgg_a"\nbatch_norm = true')).profile
    assert profile.model == VGGAProfile(batch_norm=True)


@pytest.mark.parametrize("path", sorted(ready_profiles().rglob("*.toml")), ids=lambda p: p.name)
def test_ready_profiles_are_valid(path: Path) -> None:
    assert load_profile(path).profile.training.epochs > 0


# Paths


def test_a_relative_path_is_relative_to_the_file(write: Write) -> None:
    path = write('data = { kind = "image_folder", root = "images" }')
    data = load_profile(path).profile.data
    assert isinstance(data, ImageFolderProfile)
    assert data.root == path.parent / "images"


def test_a_relative_profile_gives_absolute_paths(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write('data = { kind = "image_folder", root = "images" }')
    monkeypatch.chdir(path.parent)
    data = load_profile(path.name).profile.data
    assert isinstance(data, ImageFolderProfile)
    assert data.root == path.parent / "images"


def test_a_tilde_is_the_home_folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")
    data = load_profile(write('data = { kind = "image_folder", root = "~/images" }')).profile.data
    assert isinstance(data, ImageFolderProfile)
    assert data.root == Path("/home/ada/images")


def test_a_folder_whose_name_begins_with_a_tilde_is_written_with_a_dot(
    write: Write,
) -> None:
    path = write('data = { kind = "image_folder", root = "./~old" }')
    data = load_profile(path).profile.data
    assert isinstance(data, ImageFolderProfile)
    assert data.root == path.parent / "~old"


@pytest.mark.parametrize("root", ["", "~nobody-of-that-name/x", "a\\u0000b"])
def test_a_path_that_names_nothing_is_refused(write: Write, root: str) -> None:
    (problem,) = problems(write(f'[data]\nkind = "image_folder"\nroot = "{root}"'))
    assert problem.startswith("line 3: data.root: found ")


# What is wrong, in plain words


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("epoch = 3", "epoch: unknown key, valid is name, seed, data, model, optimizer,"),
        ("epochs = 3", "epochs: unknown key; did you mean 'training.epochs'?"),
        ("optimzer = {}", "optimzer: unknown key; did you mean 'optimizer'?"),
        ("training.epochs = true", "training.epochs: found true, valid is a whole number from 1"),
        ("training.epochs = 1.5", "training.epochs: found 1.5, valid is a whole number from 1"),
        ("training.epochs = 0", "training.epochs: found 0, valid is a whole number from 1"),
        ("training.epochs = '9'", "training.epochs: found '9', valid is a whole number from 1"),
        ("training.clip_norm = -1", "clip_norm: found -1, valid is a number of at least 0"),
        ("training.clip_norm = nan", "clip_norm: found nan, valid is a finite number of"),
        ("training = 3", "training: found 3, valid is a table"),
        ("training.precision = 'bf61'", "valid is auto, fp32 or bf16; did you mean 'bf16'?"),
        (
            "model = 3",
            "model: found 3, valid is a table of kind custom, se_resnet, torchvision or vgg_a",
        ),
        (
            "model.blocks = 3",
            "model.kind: is missing, valid is custom, se_resnet, torchvision or vgg_a",
        ),
        (
            "model.kind = 'vgg'",
            "valid is custom, se_resnet, torchvision or vgg_a; did you mean 'vgg_a'?",
        ),
        ("model.kind = [1]", "model.kind: found [1], valid is custom,"),
        (
            "model = {kind = 'se_resnet', width = 2}",
            "model.width: unknown key for kind 'se_resnet'",
        ),
        ("data.kind = 'image_folder'", "data.root: is missing, valid is a path in quotes"),
        (DIGITS + "validation = 1.5}", "valid is a number from 0 to below 1, or a whole number"),
        (DIGITS + "mean = ['1']}", "data.mean.0: found '1', valid is a number"),
        (DIGITS + "mean = [1, 2, 3, 4, 5]}", "found [1, 2, 3, 4, 5], valid is a list of at"),
        (DIGITS + "mean = [1], std = [1, 2]}", "valid is one value per channel, as in mean: 1"),
        (DIGITS + "augment = [{kind = 'random_crop', pading = 1}]}", "augment.0.pading: unknown"),
        (
            "optimizer = {kind = 'adam', betas = [0, 0, 0]}",
            "a list of 2 values, each a number from 0",
        ),
        ("optimizer = {kind = 'sgd', nesterov = true}", "found true, valid is false, or momentum"),
        ("name = 'My Run'", "found 'My Run', valid is up to 64 lower case letters, digits, dots,"),
        ("name = 'My Run'", "; did you mean 'my-run'?"),
        ("seed = 0x" + "f" * 9000, "seed: found 0xfff"),
    ],
)
def test_a_problem_says_what_was_found_and_what_is_valid(
    write: Write, text: str, problem: str
) -> None:
    (told,) = problems(write(f"\n{text}\n"))
    assert told.startswith("line 2: ")
    assert problem in told
    assert len(told) < 250


def test_all_problems_of_a_file_come_at_once_in_its_order(write: Write) -> None:
    path = write(
        """
seed = -1
[training]
epochs = 0
batchsize = 3
[model]
kind = "se_resnet"
blocks = 100
[training.early_stopping]
patience = true
"""
    )
    assert [problem.partition(": found")[0] for problem in problems(path)] == [
        "line 2: seed",
        "line 4: training.epochs",
        "line 5: training.batchsize: unknown key; did you mean 'batch_size'?",
        "line 8: model.blocks",
        "line 10: training.early_stopping.patience",
    ]


def test_the_error_names_the_file_and_counts(write: Write) -> None:
    path = write("seed = -1\nname = 3")
    with pytest.raises(ProfileError, match=r"trial\.toml: 2 problems") as caught:
        load_profile(path)
    assert caught.value.path == path
    assert len(str(caught.value).splitlines()) == 3


def test_a_missing_key_has_the_line_of_its_table(write: Write) -> None:
    (problem,) = problems(write('seed = 1\n\n[data]\nkind = "image_folder"'))
    assert problem.startswith("line 3: data.root: is missing")


def test_more_problems_than_anyone_reads_are_counted(write: Write) -> None:
    told = problems(write("\n".join(f"key{i} = 1" for i in range(1000))))
    assert len(told) == 201
    assert told[-1] == "and 800 more"


# Overrides


def test_an_overridden_key_is_told_as_such(write: Write) -> None:
    path = write("[training]\nepochs = 5\nbatch_size = 0")
    with pytest.raises(ProfileError) as caught:
        load_profile(path, ["training.epochs=0"])
    in_file, from_set = caught.value.problems
    assert in_file.line == 3
    assert from_set == Problem(
        "training.epochs", "found 0, valid is a whole number from 1 to 1000000 (from --set)"
    )


def test_an_unknown_overridden_key_is_told_as_such(write: Write) -> None:
    (problem,) = problems(write(""), "optimzer.lr=1")
    assert problem == "optimzer: unknown key; did you mean 'optimizer'? (from --set)"


def test_what_overrides_dropped_is_noted(write: Write) -> None:
    path = write('[optimizer]\nkind = "adam"\nlr = 0.5\nbetas = [0.8, 0.9]\neps = 1e-6')
    loaded = load_profile(path, ["optimizer.kind=sgd"])
    assert loaded.notes == ("optimizer.kind = sgd: dropped betas, eps",)
    assert loaded.profile.optimizer.lr == 0.5


# Whatever the file holds


@given(st.binary() | st.text().map(str.encode))
@example(b"\xff")
@example(b"\xef\xbb\xbfseed = 1")
@example(b"a" + b".a" * 20_000 + b" = 1")
@example(b"a = " + b"[" * 100_000)
@example(b"a = " + b"{a = " * 60 + b"1" + b"}" * 60)
@example(b"seed = " + b"9" * 5000)
@example(b"seed = 0x" + b"f" * 5000)
@example(b"seed = 2024-02-31")
@example(b"seed = 1e999")
@example(b"data = [[[[{}]]]]")
@example(b"optimizer.lr = 1" + b"0" * 400)
@example(b"data.augment = [[1], {}, {kind = {}}, {kind = []}]\ndata.kind = 'digits'")
@example(b"data.kind = 'image_folder'\ndata.root = '~\\u0000'")
@example(b'"\\u0000".x = 1')
def test_bytes_end_in_a_profile_or_a_profile_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(content)
    assert all(len(problem) < 500 for problem in problems(path))


@given(st.text(min_size=1), st.text())
def test_nothing_in_a_file_reaches_the_terminal_unescaped(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    quoted = [
        "".join(f"\\U{ord(c):08x}" for c in text if not 0xD800 <= ord(c) < 0xE000)
        for text in (key, value)
    ]
    path.write_text(f'"{quoted[0]}x" = 1\n[model]\nkind = "{quoted[1]}"')
    assert len(problems(path)) == 2
    assert all(problem.isprintable() for problem in problems(path))


@given(st.text(), st.text())
def test_any_override_ends_in_a_profile_or_a_profile_error(
    tmp_path_factory: pytest.TempPathFactory, key: str, value: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "empty.toml"
    path.touch()
    for text in (f"{key}={value}", f"data.root={value}", f"model.kind={value}", f"data={value}"):
        told = problems(path, "data.kind=image_folder", text)
        assert not any(problem.startswith("line") for problem in told)
